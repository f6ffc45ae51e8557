import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates each file against each profile and prints one line a pair, with the broken clauses below it. */
public final class VeraPdf {
    private static final int LONGEST_MESSAGE = 300;

    private VeraPdf() {}

    public static void main(String[] arguments) {
        VeraGreenfieldFoundryProvider.initialise();
        List<String> files = Arrays.asList(arguments).subList(1, arguments.length);
        boolean allConform = true;
        for (String file : files) {
            for (String profile : arguments[0].split(",")) {
                try {
                    allConform &= conforms(file, PDFAFlavour.byFlavourId(profile));
                } catch (Exception error) {
                    System.out.printf("%s: %s: cannot be read: %s%n", file, profile, error);
                    allConform = false;
                }
            }
        }
        System.exit(allConform ? 0 : 1);
    }

    private static boolean conforms(String file, PDFAFlavour profile) throws Exception {
        try (InputStream stream = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(stream, profile);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false)) {
            ValidationResult result = validator.validate(parser);
            String verdict = result.isCompliant() ? "conforms" : "does not conform";
            System.out.printf(
                    "%s: %s: %s, %d checks%n", file, profile, verdict, result.getTotalAssertions());
            TreeMap<String, Integer> counts = new TreeMap<>();
            TreeMap<String, String> examples = new TreeMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() != TestAssertion.Status.FAILED) {
                    continue;
                }
                String clause =
                        assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                counts.merge(clause, 1, Integer::sum);
                examples.putIfAbsent(
                        clause, assertion.getMessage() + " @ " + assertion.getLocation().getContext());
            }
            counts.forEach(
                    (clause, count) -> {
                        String example = examples.get(clause);
                        int end = Math.min(LONGEST_MESSAGE, example.length());
                        System.out.printf("  %s, %d times: %s%n", clause, count, example.substring(0, end));
                    });
            return result.isCompliant();
        }
    }
}
