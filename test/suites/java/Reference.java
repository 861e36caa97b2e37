import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import uk.co.real_logic.sbe.ir.Ir;

/**
 * The SBE reference implementation behind a pipe: reads a JSON request per line from standard input and writes a JSON
 * answer per line to standard output.
 */
public final class Reference {
  private final Map<String, Codecs> loaded = new HashMap<>();

  public static void main(final String[] arguments) throws Exception {
    final PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(System.err);
    final Reference reference = new Reference();
    final BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(Json.print(reference.answer(line)));
      answers.flush();
    }
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> answer(final String line) {
    final Map<String, Object> answer = new LinkedHashMap<>();
    try {
      final Map<String, Object> request = (Map<String, Object>)Json.parse(line);
      answer(request, answer);
      answer.putIfAbsent("ok", true);
    } catch (final Exception | StackOverflowError e) {
      answer.put("ok", false);
      answer.put("error", e.toString());
      answer.put("at", Arrays.toString(Arrays.copyOf(e.getStackTrace(), Math.min(6, e.getStackTrace().length))));
    }
    return answer;
  }

  @SuppressWarnings("unchecked")
  private void answer(final Map<String, Object> request, final Map<String, Object> answer) throws Exception {
    switch ((String)request.get("command")) {
      case "parse": {
        final List<Object> findings = new ArrayList<>();
        answer.put("findings", findings);
        answer.put("ir", IrDump.dump(Codecs.parse(request, findings)));
        break;
      }

      case "writeIr": {
        final Ir ir = Codecs.parse(request, new ArrayList<>(), (String)request.get("namespace"));
        answer.put("bytes", Hex.encode(IrFiles.encode(ir)));
        break;
      }

      case "readIr":
        answer.put("ir", IrDump.dump(IrFiles.decode(Hex.decode((String)request.get("bytes")))));
        break;

      case "load": {
        answer.put("stage", "parse");
        final Ir ir = Codecs.parse(request, new ArrayList<>());
        answer.put("stage", "generate");
        loaded.put((String)request.get("handle"), Codecs.generate(
          ir, (Boolean)request.get("precedenceChecks"), (Boolean)request.get("dataObjects")));
        break;
      }

      case "unload":
        loaded.remove((String)request.get("handle"));
        break;

      case "encode": {
        final byte[] bytes = new byte[number(request, "capacity")];
        Arrays.fill(bytes, (byte)number(request, "fill"));
        final int offset = number(request, "offset");
        final int length = new ValueEncoder(codecs(request)).encode(
          (String)request.get("message"), (Map<String, Object>)request.get("value"), new UnsafeBuffer(bytes), offset);
        answer.put("bytes", Hex.encode(bytes, offset, length));
        answer.put("surroundings", Hex.encode(bytes, 0, offset) + Hex.encode(bytes, offset + length, 8));
        break;
      }

      case "decode": {
        final byte[] bytes = Hex.decode((String)request.get("bytes"));
        final int offset = number(request, "offset");
        final Codecs codecs = codecs(request);
        answer.putAll(new ValueDecoder(codecs).decode(
          (String)request.get("message"), new UnsafeBuffer(bytes), offset));
        if ((Boolean)request.get("onTheFly")) {
          OnTheFly.decode(codecs.ir, bytes, offset, answer);
        }
        break;
      }

      case "encodeObject":
        new DataObjects(codecs(request)).encode(
          (String)request.get("message"), (Map<String, Object>)request.get("value"), answer);
        break;

      case "recodeObject":
        new DataObjects(codecs(request)).recode(
          (String)request.get("message"), Hex.decode((String)request.get("bytes")), answer);
        break;

      case "explore":
        answer.put("verdicts", orders(request).explore(number(request, "depth"), number(request, "budget")));
        break;

      case "alongside":
        answer.put("verdicts", orders(request).alongside(walk(request)));
        break;

      case "explain":
        answer.put("verdict", orders(request).explain(walk(request)));
        break;

      default:
        throw new IllegalArgumentException("unknown command");
    }
  }

  private AccessOrders orders(final Map<String, Object> request) {
    final String bytes = (String)request.get("bytes");
    final AccessOrders orders = new AccessOrders(
      codecs(request),
      (String)request.get("message"),
      bytes == null ? null : Hex.decode(bytes),
      number(request, "blockLength"),
      number(request, "version"),
      (Boolean)request.get("wrapped"));
    for (final Object access : (List<?>)request.get("accesses")) {
      orders.add((String)access);
    }
    return orders;
  }

  private Codecs codecs(final Map<String, Object> request) {
    final Codecs codecs = loaded.get((String)request.get("handle"));
    if (codecs == null) {
      throw new IllegalArgumentException("nothing loaded as " + request.get("handle"));
    }
    return codecs;
  }

  private static int number(final Map<String, Object> request, final String name) {
    return ((Long)request.get(name)).intValue();
  }

  private static int[] walk(final Map<String, Object> request) {
    return ((List<?>)request.get("walk")).stream().mapToInt(step -> ((Long)step).intValue()).toArray();
  }
}
