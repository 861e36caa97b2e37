import io.aeron.Aeron;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client, and what its handlers were told. */
final class ReferenceClient {
  final Aeron aeron;
  private final List<Object> errors = Collections.synchronizedList(new ArrayList<>());
  private final List<Object> publicationErrors = Collections.synchronizedList(new ArrayList<>());
  private final AtomicBoolean hasClosed = new AtomicBoolean();

  ReferenceClient(final Request request) {
    final Aeron.Context context = new Aeron.Context()
      .aeronDirectoryName(request.text("dir"))
      .errorHandler(error -> errors.add(error.toString()))
      .closeHandler(() -> hasClosed.set(true));
    Since148.onPublicationError(context, publicationErrors::add);
    final Request settings = request.settings();
    if (settings.has("driverTimeoutMs")) {
      context.driverTimeoutMs(settings.longNumber("driverTimeoutMs"));
    }
    if (settings.has("keepAliveIntervalNs")) {
      context.keepAliveIntervalNs(settings.longNumber("keepAliveIntervalNs"));
    }
    aeron = Aeron.connect(context);
  }

  void state(final Map<String, Object> answer) {
    answer.put("isClosed", aeron.isClosed());
    answer.put("hasClosed", hasClosed.get());
    answer.put("errors", new ArrayList<>(errors));
    answer.put("publicationErrors", new ArrayList<>(publicationErrors));
  }
}
