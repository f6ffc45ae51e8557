// 2.81.2 - 2026-03-01T10:00:00.000Z
var CookieConsentDialog = CookieConsentDialog || {};
CookieConsentDialog.cookieTableNecessary = [['CookieConsent [x2]','www.shop.example<br/>shop.example','Stores the visitor\'s choice','1 year','HTTP Cookie','1','',''],["session","shop.example","Keeps \u0022the\x22 basket","Session","HTTP Cookie","1"]];
CookieConsentDialog.cookieTablePreference = [];
CookieConsentDialog.cookieTableStatistics = [["_ga","<a href='https://business.safety.google/privacy/' target='_blank'>Google</a>","Counts visitors","2 years","HTTP Cookie","1"],["_ga_#","shop.example","Counts visits","2 years","HTTP Cookie","1","_ga_[A-Z0-9]+"],["too","few"]];
CookieConsentDialog.cookieTableAdvertising = [["pagead/1p-user-list/#","google.com","Follows","Session","Pixel Tracker","5"],["lastSeen","ads.example","Follows","Persistent","HTML-lokaler Speicher","2"]];
CookieConsentDialog.cookieTableUnclassified = [["mystery","shop.example","Pending","Session","HTTP Cookie","1",null]];
CookieConsentDialog.lastUpdatedDate = 1772359200000;
