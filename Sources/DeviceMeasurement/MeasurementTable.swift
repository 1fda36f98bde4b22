import FileFormats
import Foundation

/// Measured latencies of architectures as files that only grow: a table for fitting, and raw samples.
///
/// The table is comma-separated, with the columns `architecture,latency_ms,standard_error_ms,samples`; the
/// last is how many. The samples are JSON lines, written before the row that they belong to: after a crash
/// the table holds whole rows, and a measurement without a row is done again. A line before them says how they were
/// measured, so that a table is not continued otherwise.
public final class MeasurementTable {
  static let header = "architecture,latency_ms,standard_error_ms,samples"

  public let path: String
  /// Where the raw samples are.
  public let samplesPath: String
  /// The latencies of the architectures that have a row, in milliseconds.
  private(set) var latencies: [String: Double] = [:]
  /// The architectures that have a row.
  public var measured: [String: Double].Keys { latencies.keys }

  private let file: AppendOnlyFile
  private let samples: AppendOnlyFile

  /// Opens a table to continue it, or begins one.
  ///
  /// - Parameter conditions: How the latencies are measured, such as the command and the precision.
  /// - Throws: `FileFormatError` if it is another kind of file, was begun under other conditions, or cannot be
  ///   written.
  public init(_ path: String, samplesPath: String, conditions: [String: String]) throws {
    (self.path, self.samplesPath) = (path, samplesPath)
    let (text, bytes) = try MeasurementTable.wholeLines(path, beginning: MeasurementTable.header)
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .dropLast().enumerated()
    {
      if index == 0 {
        guard line == MeasurementTable.header else {
          throw FileFormatError.malformed(
            path: path, location: "line 1", found: "'\(line.prefix(80))'",
            expected: "'\(MeasurementTable.header)' and nothing else")
        }
        continue
      }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 4, !cells[0].isEmpty, let latency = Double(cells[1]), latency > 0 else {
        throw FileFormatError.malformed(
          path: path, location: "line \(index + 1)", found: "'\(line.prefix(80))'",
          expected: "an architecture, a latency above 0 and two more cells")
      }
      latencies[String(cells[0])] = latency
    }
    let (lines, sampleBytes) = try MeasurementTable.wholeLines(samplesPath, beginning: "{")
    let line = MeasurementConditions(conditions: conditions)
    // Where nothing is measured yet, one may still choose.
    let isBegun = !latencies.isEmpty
    if isBegun { try line.check(against: lines, of: path, samplesPath: samplesPath) }
    file = try AppendOnlyFile(path, keepingFirst: bytes)
    samples = try AppendOnlyFile(samplesPath, keepingFirst: sampleBytes)
    if !isBegun, MeasurementConditions(lastOf: lines)?.conditions != conditions {
      try samples.append(line: line.json)
    }
    if bytes == 0 { try file.append(line: MeasurementTable.header) }
  }

  /// Writes the samples and then the row; when this returns both are on the disk.
  ///
  /// - Throws: `FileFormatError` if the files cannot be written.
  public func append(_ architecture: String, _ latency: MeasuredLatency, attempts: Int) throws {
    try append(samplesOf: architecture, latency, attempts: attempts, isReference: false)
    let error = latency.standardErrorMilliseconds.map { String(format: "%.6g", $0) } ?? ""
    try file.append(
      line: architecture + String(format: ",%.7g,", latency.medianMilliseconds)
        + "\(error),\(latency.samples.count)")
    latencies[architecture] = latency.medianMilliseconds
  }

  /// Writes the samples of the reference, timed again, which belong to no row.
  ///
  /// - Throws: `FileFormatError` if the file cannot be written.
  public func append(referenceSamplesOf architecture: String, _ latency: MeasuredLatency) throws {
    try append(samplesOf: architecture, latency, attempts: 1, isReference: true)
  }

  private func append(
    samplesOf architecture: String, _ latency: MeasuredLatency, attempts: Int, isReference: Bool
  ) throws {
    try samples.append(
      line: SampleLine(architecture, latency, attempts: attempts, isReference: isReference).json)
  }

  /// Returns a file's text up to the end of its last whole line; nothing if there is no file.
  ///
  /// - Parameter start: What the file begins with; another file must not be cut.
  private static func wholeLines(
    _ path: String, beginning start: String
  ) throws -> (text: String, bytes: Int) {
    guard FileManager.default.fileExists(atPath: path) else { return ("", 0) }
    let data = try MappedFile(path).withUnsafeBytes { Data($0) }
    let text = String(decoding: data, as: UTF8.self)
    guard text.hasPrefix(start) || start.hasPrefix(text) else {
      throw FileFormatError.malformed(
        path: path, location: "line 1", found: "'\(text.prefix { !$0.isNewline }.prefix(80))'",
        expected: "'\(start)', or a file that is not there yet")
    }
    let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return (String(decoding: data[..<end], as: UTF8.self), end)
  }
}

/// One measurement as a line of JSON.
public struct SampleLine: Encodable {
  let architecture: String
  let reference: Bool?
  let attempts: Int
  let drift: Double?
  let drifting: Bool
  let disturbedShare: Double
  let bimodal: Bool
  let samples: [Double]

  public init(
    _ architecture: String, _ latency: MeasuredLatency, attempts: Int = 1, isReference: Bool = false
  ) {
    self.architecture = architecture
    reference = isReference ? true : nil
    self.attempts = attempts
    (drift, drifting) = (latency.drift, latency.isDrifting)
    (disturbedShare, bimodal) = (latency.disturbedShare, latency.isBimodal)
    samples = latency.samples
  }

  enum CodingKeys: String, CodingKey {
    case architecture, reference, attempts, drift, drifting, bimodal
    case disturbedShare = "disturbed_share"
    case samples = "samples_ms"
  }

  /// The line, without its end.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
