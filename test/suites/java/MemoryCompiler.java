import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.agrona.generation.DynamicPackageOutputManager;

/** Takes generated sources, compiles them and holds the classes, all in memory. */
final class MemoryCompiler implements DynamicPackageOutputManager {
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
  /** One for the life of the process: it caches the contents of the class path. */
  private static final JavaFileManager PLATFORM = COMPILER.getStandardFileManager(null, null, null);

  private final String packageName;
  private final Map<String, String> sources = new HashMap<>();
  private String nextPackageName;

  MemoryCompiler(final String packageName) {
    this.packageName = packageName;
  }

  @Override
  public void setPackageName(final String name) {
    nextPackageName = name;
  }

  @Override
  public Writer createOutput(final String name) {
    final String fullName = (nextPackageName == null ? packageName : nextPackageName) + "." + name;
    nextPackageName = null;
    return new StringWriter() {
      @Override
      public void close() {
        final String before = sources.put(fullName, toString());
        if (before != null && !before.equals(toString())) {
          throw new IllegalStateException("two different classes named " + fullName);
        }
      }
    };
  }

  ClassLoader compile() {
    final Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    final List<JavaFileObject> units = new ArrayList<>();
    sources.forEach((name, text) -> units.add(new Source(name, text)));
    final DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    final boolean compiled = COMPILER.getTask(
      null,
      new Classes(PLATFORM, classes),
      diagnostics,
      Arrays.asList("-proc:none", "-nowarn", "-g:none", "-XDuseUnsharedTable=true"),
      null,
      units).call();
    if (!compiled) {
      final StringBuilder text = new StringBuilder();
      for (final Diagnostic<?> diagnostic : diagnostics.getDiagnostics()) {
        if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
          text.append(diagnostic).append('\n');
        }
      }
      throw new IllegalStateException(text.toString());
    }
    return new ClassLoader(MemoryCompiler.class.getClassLoader()) {
      @Override
      protected Class<?> findClass(final String name) throws ClassNotFoundException {
        final ByteArrayOutputStream bytes = classes.get(name);
        if (bytes == null) {
          throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes.toByteArray(), 0, bytes.size());
      }
    };
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(final String name, final String text) {
      super(URI.create("memory:///" + name.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(final boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Classes extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes;

    Classes(final JavaFileManager platform, final Map<String, ByteArrayOutputStream> classes) {
      super(platform);
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
      final Location location, final String name, final JavaFileObject.Kind kind, final FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind) {
        @Override
        public OutputStream openOutputStream() {
          final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          classes.put(name, bytes);
          return bytes;
        }
      };
    }

    @Override
    public void close() throws IOException {
      // The platform's file manager is shared.
    }
  }
}
