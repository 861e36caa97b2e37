import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.Header;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/** A subscription, and what it has received so far. */
final class Subscriber {
  private static final int FRAGMENT_LIMIT = 64;
  private static final int COMPLAINTS_MAX = 10;

  final Subscription subscription;
  private final Map<String, Received> received = new LinkedHashMap<>();
  private final List<Object> complaints = new ArrayList<>();
  // Images come and go on the client's own thread.
  private final List<Object> available = Collections.synchronizedList(new ArrayList<>());
  private final List<Object> unavailable = Collections.synchronizedList(new ArrayList<>());
  private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);
  private final int[] lengths;
  private boolean isPolled;
  private long fragments;

  Subscriber(final Aeron client, final Request request) {
    lengths = request.numbers("lengths");
    isPolled = !request.is("paused");
    subscription = client.addSubscription(
      request.text("channel"),
      request.number("streamId"),
      image -> available.add(describe(image)),
      image -> unavailable.add(describe(image)));
  }

  void resume() {
    isPolled = true;
  }

  /** Rejects all images. */
  void reject(final String reason) throws ReflectiveOperationException {
    for (final Image image : subscription.images()) {
      Since148.reject(image, reason);
    }
  }

  int step() {
    if (!isPolled) {
      return 0;
    }
    final int polled = subscription.poll(assembler, FRAGMENT_LIMIT);
    fragments += polled;
    return polled;
  }

  private void onMessage(final DirectBuffer buffer, final int offset, final int length, final Header header) {
    final long reservedValue = header.reservedValue();
    final int publisher = (int)(reservedValue >>> 32);
    final int sequence = (int)reservedValue;
    final String key = header.sessionId() + "/" + publisher;
    final Received last = received.computeIfAbsent(key, name -> new Received(header.sessionId(), publisher, sequence));
    final String where = "message " + sequence + " of publisher " + publisher + ", session " + header.sessionId();
    if (sequence != last.next) {
      complain(where + " came instead of " + last.next);
    }
    final int expected = Pattern.lengthOf(lengths, sequence);
    if (length != expected) {
      complain(where + " has " + length + " bytes instead of " + expected);
    }
    final int seed = Pattern.seed(header.sessionId(), header.streamId(), publisher, sequence);
    final int mismatch = Pattern.mismatch(buffer, offset, length, seed);
    if (mismatch >= 0) {
      complain(where + " has a wrong byte at " + mismatch);
    }
    last.next = sequence + 1;
    last.messages++;
    last.bytes += length;
    last.position = header.position();
  }

  private void complain(final String complaint) {
    if (complaints.size() < COMPLAINTS_MAX) {
      complaints.add(complaint);
    }
  }

  void describe(final Map<String, Object> answer) {
    answer.put("registrationId", subscription.registrationId());
  }

  void state(final Map<String, Object> answer) {
    final List<Object> images = new ArrayList<>();
    subscription.forEachImage(image -> images.add(describe(image)));
    final List<Object> sessions = new ArrayList<>();
    received.values().forEach(one -> sessions.add(one.describe()));
    answer.put("images", images);
    answer.put("available", new ArrayList<>(available));
    answer.put("unavailable", new ArrayList<>(unavailable));
    answer.put("received", sessions);
    answer.put("complaints", complaints);
    answer.put("fragments", fragments);
    answer.put("isClosed", subscription.isClosed());
  }

  private static Map<String, Object> describe(final Image image) {
    final Map<String, Object> description = new LinkedHashMap<>();
    description.put("sessionId", image.sessionId());
    description.put("correlationId", image.correlationId());
    description.put("joinPosition", image.joinPosition());
    description.put("position", image.position());
    description.put("isEndOfStream", image.isEndOfStream());
    description.put("isRevoked", Since148.isRevoked(image));
    description.put("sourceIdentity", image.sourceIdentity());
    return description;
  }

  /** What came from one publisher of a session. */
  private static final class Received {
    private final int sessionId;
    private final int publisher;
    private final int first;
    private int next;
    private int messages;
    private long bytes;
    private long position;

    Received(final int sessionId, final int publisher, final int first) {
      this.sessionId = sessionId;
      this.publisher = publisher;
      this.first = first;
      next = first;
    }

    Map<String, Object> describe() {
      final Map<String, Object> description = new LinkedHashMap<>();
      description.put("sessionId", sessionId);
      description.put("publisher", publisher);
      description.put("first", first);
      description.put("messages", messages);
      description.put("bytes", bytes);
      description.put("position", position);
      return description;
    }
  }
}
