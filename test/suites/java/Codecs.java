import java.io.PrintStream;
import java.io.StringReader;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.xml.sax.InputSource;
import uk.co.real_logic.sbe.PrimitiveType;
import uk.co.real_logic.sbe.generation.Generators;
import uk.co.real_logic.sbe.generation.common.PrecedenceChecks;
import uk.co.real_logic.sbe.generation.java.JavaDtoGenerator;
import uk.co.real_logic.sbe.generation.java.JavaGenerator;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.Token;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

/** One schema: its representation and the codecs that the reference generates for it. */
final class Codecs {
  private static final String PACKAGE = "codecs";

  final Ir ir;
  private final ClassLoader loader;
  private final Map<String, List<Token>> messages = new HashMap<>();
  private final Map<List<Object>, Method> methods = new HashMap<>();

  private Codecs(final Ir ir, final ClassLoader loader) {
    this.ir = ir;
    this.loader = loader;
    for (final List<Token> message : ir.messages()) {
      messages.put(message.get(0).name(), message);
    }
  }

  /** Parses a schema; errors and warnings are added to {@code findings} also when it throws. */
  static Ir parse(final Map<String, Object> source, final List<Object> findings) throws Exception {
    return parse(source, findings, PACKAGE);
  }

  static Ir parse(final Map<String, Object> source, final List<Object> findings, final String namespace)
    throws Exception {
    final ByteArrayOutputStream output = new ByteArrayOutputStream();
    final ParserOptions options = ParserOptions.builder()
      .xIncludeAware(true)
      .errorPrintStream(new PrintStream(output, true, StandardCharsets.UTF_8))
      .build();
    final InputSource input;
    if (source.containsKey("path")) {
      input = new InputSource(new java.io.File((String)source.get("path")).toURI().toString());
    } else {
      input = new InputSource(new StringReader((String)source.get("text")));
    }
    try {
      return new IrGenerator().generate(XmlSchemaParser.parse(input, options), namespace);
    } finally {
      for (final String line : output.toString(StandardCharsets.UTF_8).split("\n(?=ERROR: |WARNING: |$)")) {
        if (!line.isEmpty()) {
          findings.add(line);
        }
      }
    }
  }

  static Codecs generate(final Ir ir, final boolean precedenceChecks, final boolean dataObjects) throws Exception {
    final MemoryCompiler compiler = new MemoryCompiler(PACKAGE);
    final PrecedenceChecks.Context context =
      new PrecedenceChecks.Context().shouldGeneratePrecedenceChecks(precedenceChecks);
    new JavaGenerator(
      ir,
      "org.agrona.MutableDirectBuffer",
      "org.agrona.DirectBuffer",
      false,
      false,
      true,
      false,
      PrecedenceChecks.newInstance(context),
      compiler).generate();
    if (dataObjects) {
      new JavaDtoGenerator(ir, false, compiler).generate();
    }
    return new Codecs(ir, compiler.compile());
  }

  List<Token> message(final String name) {
    return messages.get(name);
  }

  Class<?> type(final String name) throws ClassNotFoundException {
    return loader.loadClass(PACKAGE + "." + Generators.toUpperFirstChar(name));
  }

  Object create(final String name) throws ReflectiveOperationException {
    return type(name).getConstructor().newInstance();
  }

  String headerName() {
    return ir.headerStructure().tokens().get(0).applicableTypeName();
  }

  /** Calls a generated method; what it throws is thrown as it is. */
  Object call(final Object target, final String name, final Class<?>[] types, final Object... arguments)
    throws Exception {
    final List<Object> key = Arrays.asList(target.getClass(), name, Arrays.asList(types));
    Method method = methods.get(key);
    if (method == null) {
      method = target.getClass().getMethod(name, types);
      methods.put(key, method);
    }
    try {
      return method.invoke(target, arguments);
    } catch (final InvocationTargetException e) {
      if (e.getCause() instanceof Exception) {
        throw (Exception)e.getCause();
      }
      throw e;
    }
  }

  Object get(final Object target, final String name) throws Exception {
    return call(target, name, new Class<?>[0]);
  }

  /** The value of an enum with the given code, {@code SBE_UNKNOWN} when it has none. */
  Object enumValue(final String enumName, final PrimitiveType primitive, final Object code) throws Exception {
    return type(enumName).getMethod("get", Scalars.javaType(primitive)).invoke(null, code);
  }
}
