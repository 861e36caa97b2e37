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
import uk.co.real_logic.sbe.ir.IrDecoder;
import uk.co.real_logic.sbe.ir.IrEncoder;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

/**
 * An old release of the reference behind a pipe, for files of its intermediate representation: writes that of a schema,
 * or reads one and writes what it has read.
 */
public final class OldReference {
  private OldReference() {
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
      final String out = (String)request.get("out");
      if (request.containsKey("schema")) {
        write(parse((String)request.get("schema")), out);
      } else {
        write(read((String)request.get("file")), out);
      }
      answer.put("ok", true);
    } catch (final Exception e) {
      answer.put("ok", false);
      answer.put("error", e.toString());
    }
    return answer;
  }

  private static Ir parse(final String schema) throws Exception {
    final ParserOptions options = ParserOptions.builder().stopOnError(true).suppressOutput(true).build();
    try (InputStream in = new FileInputStream(new File(schema))) {
      return new IrGenerator().generate(XmlSchemaParser.parse(in, options));
    }
  }

  private static Ir read(final String file) {
    try (IrDecoder decoder = new IrDecoder(file)) {
      return decoder.decode();
    }
  }

  private static void write(final Ir ir, final String out) {
    try (IrEncoder encoder = new IrEncoder(out, ir)) {
      encoder.encode();
    }
  }
}
