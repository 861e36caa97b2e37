import io.aeron.Aeron;
import io.aeron.Counter;
import io.aeron.Image;
import io.aeron.Publication;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Consumer;

/** What only versions from 1.48 on have, found by name so that this compiles against older ones. */
final class Since148 {
  private static final String[] ERROR_FACTS = {"registrationId", "sessionId", "streamId", "errorCode", "errorMessage"};

  private Since148() {
  }

  static void reject(final Image image, final String reason) throws ReflectiveOperationException {
    Image.class.getMethod("reject", String.class).invoke(image, reason);
  }

  static void revoke(final Publication publication) throws ReflectiveOperationException {
    publication.getClass().getMethod("revoke").invoke(publication);
  }

  static boolean isRevoked(final Image image) {
    try {
      return (Boolean)Image.class.getMethod("isPublicationRevoked").invoke(image);
    } catch (final ReflectiveOperationException e) {
      return false;
    }
  }

  static Counter addStaticCounter(
    final Aeron aeron, final int typeId, final String label, final long registrationId
  ) throws ReflectiveOperationException {
    return (Counter)Aeron.class.getMethod("addStaticCounter", int.class, String.class, long.class)
      .invoke(aeron, typeId, label, registrationId);
  }

  static int nextSessionId(final Aeron aeron, final int streamId) throws ReflectiveOperationException {
    return (Integer)Aeron.class.getMethod("nextSessionId", int.class).invoke(aeron, streamId);
  }

  /** Has errors of publications handed on as text, where there are any. */
  static void onPublicationError(final Aeron.Context context, final Consumer<String> handler) {
    final Method setter;
    try {
      final Class<?> type = Class.forName("io.aeron.PublicationErrorFrameHandler");
      setter = Aeron.Context.class.getMethod("publicationErrorFrameHandler", type);
    } catch (final ReflectiveOperationException e) {
      return;
    }
    final Class<?> type = setter.getParameterTypes()[0];
    final Object proxy = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> {
      handler.accept(describe(values[0]));
      return null;
    });
    try {
      setter.invoke(context, proxy);
    } catch (final ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String describe(final Object error) throws ReflectiveOperationException {
    final StringBuilder out = new StringBuilder();
    for (final String fact : ERROR_FACTS) {
      final Object value = error.getClass().getMethod(fact).invoke(error);
      out.append(out.length() == 0 ? "" : ", ").append(Map.entry(fact, value));
    }
    return out.toString();
  }
}
