import Foundation

/// Hands inputs to all readers, batch by batch, each batch in a process of its own.
struct Campaign {
  struct Options {
    /// Over all readers; with `minutes` only the size of a round.
    var inputs = 20_000
    /// Rounds are repeated for so long, with other inputs each; nil for one round.
    var minutes: Int?
    var seed: UInt64 = 1
    var readers: [Reader]?
    /// Where inputs that were found go; nil for nowhere.
    var findings: String?
  }

  /// What became of a reader's inputs.
  private struct Tally {
    var read = 0
    var refused = 0
    var findings: [String] = []
    var count: Int { read + refused + findings.count }
  }

  /// From then on a reader has to be mended before it is worth trying again.
  private static let mostFindings = 10
  private static let batchSize = 20_000
  /// By the clock, without an input being finished: something waits for what never comes.
  private static let longestSilence = 60.0

  private let options: Options
  private let readers: [Reader]

  init(_ options: Options) {
    self.options = options
    readers = options.readers ?? Reader.all
  }

  /// Prints what was found and how many inputs each reader had; returns 1 if anything was found.
  func run() throws -> Int32 {
    var tallies = readers.map { _ in Tally() }
    let end = options.minutes.map { Date(timeIntervalSinceNow: 60 * Double($0)) }
    let shares = readers.reduce(0) { $0 + $1.share }
    var round = 0
    repeat {
      for (index, reader) in readers.enumerated()
      where tallies[index].findings.count < Campaign.mostFindings {
        let count = max(1, options.inputs * reader.share / shares)
        try hand(reader, from: round * count, count, &tallies[index])
        if let end, Date() > end { break }
      }
      round += 1
    } while end.map { Date() < $0 } ?? false
    var total = 0
    for (reader, tally) in zip(readers, tallies) {
      total += tally.count
      let name = reader.name.padding(toLength: 22, withPad: " ", startingAt: 0)
      say("\(name) \(tally.count) inputs, \(tally.read) read, \(tally.findings.count) findings")
    }
    let findings = tallies.flatMap(\.findings)
    for finding in findings { say("found: \(finding)") }
    say("\(total) inputs, \(findings.count) findings")
    return findings.isEmpty ? 0 : 1
  }

  private func hand(
    _ reader: Reader, from first: Int, _ count: Int, _ tally: inout Tally
  ) throws {
    var next = first
    let end = first + count
    while next < end, tally.findings.count < Campaign.mostFindings {
      let size = min(Campaign.batchSize, end - next)
      let batch = try RunningBatch(reader, seed: options.seed, first: next, count: size)
      let ended = batch.wait(silence: Campaign.longestSilence)
      if case .fine(let read, let refused) = ended {
        (tally.read, tally.refused) = (tally.read + read, tally.refused + refused)
        next += size
        continue
      }
      let number = batch.number
      let text = "\(reader.name) \(options.seed) \(number): \(ended)"
      say("found: \(text)")
      tally.findings.append(text)
      tally.refused += max(0, number - next)
      try keep(reader, number)
      next = max(next, number) + 1
    }
  }

  private func keep(_ reader: Reader, _ number: Int) throws {
    guard let folder = options.findings else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let bytes = try Mutation(reader).input(number, seed: options.seed)
    try Data(bytes).write(
      to: URL(filePath: "\(folder)/\(reader.name)-\(options.seed)-\(number)"))
  }
}

/// A process with a batch in it.
private final class RunningBatch {
  enum End: CustomStringConvertible {
    case fine(read: Int, refused: Int)
    case died(Int32, String)
    case ended(Int32, String)
    case silent

    var description: String {
      switch self {
      case .fine(let read, let refused): "\(read) read, \(refused) refused"
      case .died(let signal, let text): "signal \(signal) \(text)"
      case .ended(Batch.End.tooSlow.rawValue, _): "more than a second of processor time"
      case .ended(Batch.End.tooLarge.rawValue, let text): "too much memory: \(text)"
      case .ended(let status, let text): "status \(status) \(text)"
      case .silent: "no end in sight"
      }
    }
  }

  private let process = Process()
  private let output = Pipe()
  private let state: String
  private let count: Int
  private let first: Int

  init(_ reader: Reader, seed: UInt64, first: Int, count: Int) throws {
    (self.first, self.count) = (first, count)
    state = NSTemporaryDirectory() + "/fuzzing-state-\(UUID().uuidString)"
    try withUnsafeBytes(of: Int64(first)) { try Data($0).write(to: URL(filePath: state)) }
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [Batch.verb, reader.name, "\(seed)", "\(first)", "\(count)", state]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // Swift's own account of a trap takes seconds, and nobody reads it.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    try process.run()
  }

  deinit {
    Input.removeFolder(of: process.processIdentifier)
    unlink(state)
  }

  /// The input that is being read, or was when the process ended.
  var number: Int {
    guard let data = try? Data(contentsOf: URL(filePath: state)), data.count == 8 else {
      return first
    }
    return data.withUnsafeBytes { Int($0.loadUnaligned(as: Int64.self)) }
  }

  func wait(silence: Double) -> End {
    var (last, since) = (-1, Date())
    while process.isRunning {
      usleep(20_000)
      let now = number
      if now != last { (last, since) = (now, Date()) }
      if Date().timeIntervalSince(since) > silence {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return .silent
      }
    }
    let text =
      String(
        decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self
      ).split(separator: "\n").last.map(String.init) ?? ""
    guard process.terminationReason == .exit else {
      return .died(process.terminationStatus, text)
    }
    let counts = text.split(separator: " ").compactMap { Int($0) }
    guard process.terminationStatus == 0, counts.count == 2, counts[0] + counts[1] == count else {
      return .ended(process.terminationStatus, text)
    }
    return .fine(read: counts[0], refused: counts[1])
  }
}
