import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.IrEncoder;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

/** Writes files of the intermediate representation, with what releases of the reference since 1.5 have in common. */
public final class IrWriter {
  private IrWriter() {
  }

  public static void main(final String[] arguments) throws Exception {
    final PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(System.err);
    final BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(Json.print(answer(line)));
      answers.flush();
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> answer(final String line) {
    final Map<String, Object> answer = new LinkedHashMap<>();
    try {
      final Map<String, Object> request = (Map<String, Object>)Json.parse(line);
      write((String)request.get("schema"), (String)request.get("out"));
      answer.put("ok", true);
    } catch (final Exception e) {
      answer.put("ok", false);
      answer.put("error", e.toString());
    }
    return answer;
  }

  private static void write(final String schema, final String out) throws Exception {
    final ParserOptions options = ParserOptions.builder().stopOnError(true).suppressOutput(true).build();
    final Ir ir;
    try (InputStream in = new FileInputStream(new File(schema))) {
      ir = new IrGenerator().generate(XmlSchemaParser.parse(in, options), null);
    }
    try (IrEncoder encoder = new IrEncoder(out, ir)) {
      encoder.encode();
    }
  }
}
