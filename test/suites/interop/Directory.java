import io.aeron.CncFileDescriptor;
import io.aeron.driver.reports.LossReportReader;
import java.io.File;
import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.ErrorLogReader;
import org.agrona.concurrent.status.CountersReader;

/** Reads what a driver shows in its directory, as the tools of the reference do. */
final class Directory {
  private static final String HEX_DIGITS = "0123456789abcdef";

  private final File folder;

  Directory(final String path) {
    folder = new File(path);
  }

  /** Counters of the driver and its clients. */
  List<Object> counters() {
    final MappedByteBuffer file = map(CncFileDescriptor.CNC_FILE);
    try {
      final DirectBuffer meta = CncFileDescriptor.createMetaDataBuffer(file);
      return counters(new CountersReader(
        CncFileDescriptor.createCountersMetaDataBuffer(file, meta),
        CncFileDescriptor.createCountersValuesBuffer(file, meta)));
    } finally {
      BufferUtil.free(file);
    }
  }

  /** Facts of the CnC file itself. */
  Map<String, Object> facts() {
    final MappedByteBuffer file = map(CncFileDescriptor.CNC_FILE);
    try {
      final DirectBuffer meta = CncFileDescriptor.createMetaDataBuffer(file);
      CncFileDescriptor.checkVersion(meta.getInt(CncFileDescriptor.cncVersionOffset(0)));
      final Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("version", meta.getInt(CncFileDescriptor.cncVersionOffset(0)));
      facts.put("pid", CncFileDescriptor.pid(meta));
      facts.put("startTimestampMs", CncFileDescriptor.startTimestampMs(meta));
      facts.put("clientLivenessTimeoutNs", CncFileDescriptor.clientLivenessTimeoutNs(meta));
      return facts;
    } finally {
      BufferUtil.free(file);
    }
  }

  List<Object> errors() {
    final MappedByteBuffer file = map(CncFileDescriptor.CNC_FILE);
    try {
      final List<Object> errors = new ArrayList<>();
      final DirectBuffer meta = CncFileDescriptor.createMetaDataBuffer(file);
      ErrorLogReader.read(CncFileDescriptor.createErrorLogBuffer(file, meta), (count, firstMs, lastMs, text) -> {
        final Map<String, Object> error = new LinkedHashMap<>();
        error.put("observationCount", count);
        error.put("firstObservationMs", firstMs);
        error.put("lastObservationMs", lastMs);
        error.put("text", text);
        errors.add(error);
      });
      return errors;
    } finally {
      BufferUtil.free(file);
    }
  }

  List<Object> losses() {
    final MappedByteBuffer file = map("loss-report.dat");
    try {
      final List<Object> losses = new ArrayList<>();
      LossReportReader.read(
        new UnsafeBuffer(file),
        (count, bytesLost, firstMs, lastMs, sessionId, streamId, channel, source) -> {
          final Map<String, Object> loss = new LinkedHashMap<>();
          loss.put("observationCount", count);
          loss.put("totalBytesLost", bytesLost);
          loss.put("firstObservationMs", firstMs);
          loss.put("lastObservationMs", lastMs);
          loss.put("sessionId", sessionId);
          loss.put("streamId", streamId);
          loss.put("channel", channel);
          loss.put("source", source);
          losses.add(loss);
        });
      return losses;
    } finally {
      BufferUtil.free(file);
    }
  }

  static List<Object> counters(final CountersReader reader) {
    final List<Object> counters = new ArrayList<>();
    reader.forEach((id, typeId, key, label) -> {
      final Map<String, Object> counter = new LinkedHashMap<>();
      counter.put("id", id);
      counter.put("typeId", typeId);
      counter.put("label", label);
      counter.put("key", hex(key));
      counter.put("value", reader.getCounterValue(id));
      counter.put("registrationId", reader.getCounterRegistrationId(id));
      counter.put("ownerId", reader.getCounterOwnerId(id));
      counters.add(counter);
    });
    return counters;
  }

  private static String hex(final DirectBuffer key) {
    final StringBuilder out = new StringBuilder();
    for (int i = 0; i < CountersReader.MAX_KEY_LENGTH; i++) {
      final int value = key.getByte(i) & 0xff;
      out.append(HEX_DIGITS.charAt(value >> 4)).append(HEX_DIGITS.charAt(value & 15));
    }
    return out.toString();
  }

  private MappedByteBuffer map(final String name) {
    return IoUtil.mapExistingFile(new File(folder, name), name);
  }
}
