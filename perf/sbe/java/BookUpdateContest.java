import marketdata.BookUpdateDecoder;
import marketdata.BookUpdateEncoder;
import marketdata.EntryType;
import marketdata.MessageHeaderDecoder;
import marketdata.MessageHeaderEncoder;
import marketdata.PriceOptionalDecoder;
import marketdata.UpdateAction;
import org.agrona.concurrent.UnsafeBuffer;

/** BookUpdate of the market-data schema. */
final class BookUpdateContest implements CodecBench.Contest {
  private static final long TIME = 1_772_456_400_000_000L;
  private static final long PRICE = 4_210_250_000_000L;
  private static final long TICK = 5_000_000L;
  private static final int ENTRIES = 2;
  private static final long TIME_MIDDLE = TIME + CodecBench.RECORDS / 2;
  private static final long PRICE_MIDDLE = PRICE + CodecBench.RECORDS / 2 * TICK;

  /** A record, as the application has it. */
  private static final class Update {
    long transactTime;
    boolean endOfEvent;
    final Entry[] entries = new Entry[ENTRIES];
  }

  /** A price level. */
  private static final class Entry {
    long price;
    long quantity;
    long instrumentId;
    long sequence;
    int orderCount;
    short level;
    UpdateAction action;
    EntryType entryType;
  }

  private final Update[] records = new Update[CodecBench.RECORDS];
  private final UnsafeBuffer buffer = CodecBench.room();
  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final BookUpdateEncoder encoder = new BookUpdateEncoder();
  private final BookUpdateDecoder decoder = new BookUpdateDecoder();

  BookUpdateContest() {
    for (int i = 0; i < CodecBench.RECORDS; i++) {
      final Update update = new Update();
      update.transactTime = TIME + i;
      update.endOfEvent = true;
      for (int k = 0; k < ENTRIES; k++) {
        final Entry entry = new Entry();
        entry.price = PRICE + i * TICK;
        entry.quantity = i + k + 1;
        entry.instrumentId = 40_000 + i;
        entry.sequence = i;
        entry.orderCount = k + 1;
        entry.level = (short)(k + 1);
        entry.action = UpdateAction.CHANGE;
        entry.entryType = EntryType.OFFER;
        update.entries[k] = entry;
      }
      records[i] = update;
    }
  }

  @Override
  public double encode() {
    int length = 0;
    int offset = 0;
    for (final Update update : records) {
      encoder.wrapAndApplyHeader(buffer, offset, headerEncoder).transactTime(update.transactTime);
      encoder.matchEvent().clear().endOfEvent(update.endOfEvent);
      final BookUpdateEncoder.EntriesEncoder entries = encoder.entriesCount(update.entries.length);
      for (final Entry entry : update.entries) {
        entries.next().price().mantissa(entry.price);
        entries.quantity(entry.quantity).instrumentId(entry.instrumentId).sequence(entry.sequence)
            .orderCount(entry.orderCount).level(entry.level).action(entry.action).entryType(entry.entryType);
      }
      length += encoder.limit() - offset;
      offset += CodecBench.STRIDE;
    }
    return length;
  }

  @Override
  public double decode() {
    long sum = 0;
    for (int i = 0; i < CodecBench.RECORDS; i++) {
      decoder.wrapAndApplyHeader(buffer, i * CodecBench.STRIDE, headerDecoder);
      sum += (decoder.transactTime() > TIME_MIDDLE ? 1 : 0) + decoder.matchEvent().getRaw();
      for (final BookUpdateDecoder.EntriesDecoder entry : decoder.entries()) {
        final long price = entry.price().mantissa();
        if (price != PriceOptionalDecoder.mantissaNullValue() && price > PRICE_MIDDLE) {
          sum++;
        }
        sum += entry.quantity() + entry.instrumentId() + entry.sequence() + entry.orderCount();
        sum += entry.level() + entry.actionRaw() + entry.entryTypeRaw();
      }
    }
    return sum;
  }
}
