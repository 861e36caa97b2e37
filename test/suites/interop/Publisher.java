import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;

/** A publication and the messages that it still has to publish. */
final class Publisher {
  private static final int MESSAGES_PER_STEP = 32;

  final Publication publication;
  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
  private final BufferClaim claim = new BufferClaim();
  private int publisher;
  private int[] lengths = new int[0];
  private int claimEvery;
  private int count;
  private int sent;
  private long lastResult;

  Publisher(final Publication publication) {
    this.publication = publication;
  }

  /** Goes on with so many messages more. */
  void publish(final Request request) {
    publisher = request.number("publisher");
    lengths = request.numbers("lengths");
    claimEvery = request.number("claimEvery");
    count += request.number("count");
  }

  /** Claims a message that is never committed. */
  long claimForever(final int length) {
    return publication.tryClaim(length, new BufferClaim());
  }

  int step() {
    int published = 0;
    while (published < MESSAGES_PER_STEP && sent < count) {
      lastResult = publishOne();
      if (lastResult < 0) {
        break;
      }
      sent++;
      published++;
    }
    return published;
  }

  private long publishOne() {
    final int length = Pattern.lengthOf(lengths, sent);
    final int seed = Pattern.seed(publication.sessionId(), publication.streamId(), publisher, sent);
    final long reservedValue = Pattern.reservedValue(publisher, sent);
    if (claimEvery > 0 && sent % claimEvery == 0 && length <= publication.maxPayloadLength()) {
      final long result = publication.tryClaim(length, claim);
      if (result > 0) {
        Pattern.fill(claim.buffer(), claim.offset(), length, seed);
        claim.reservedValue(reservedValue);
        claim.commit();
      }
      return result;
    }
    Pattern.fill(buffer, 0, length, seed);
    return publication.offer(buffer, 0, length, (term, offset, frameLength) -> reservedValue);
  }

  void describe(final Map<String, Object> answer) {
    answer.put("sessionId", publication.sessionId());
    answer.put("registrationId", publication.registrationId());
    answer.put("originalRegistrationId", publication.originalRegistrationId());
    answer.put("initialTermId", publication.initialTermId());
    answer.put("termBufferLength", publication.termBufferLength());
    answer.put("maxPayloadLength", publication.maxPayloadLength());
    answer.put("maxMessageLength", publication.maxMessageLength());
  }

  void state(final Map<String, Object> answer) {
    answer.put("sent", sent);
    answer.put("isDone", sent == count);
    answer.put("lastResult", lastResult);
    answer.put("position", publication.position());
    answer.put("isConnected", publication.isConnected());
    answer.put("isClosed", publication.isClosed());
  }
}
