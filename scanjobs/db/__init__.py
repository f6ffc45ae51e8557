"""The one database: models, transactions, migrations, and a file of named queries for each noun."""
