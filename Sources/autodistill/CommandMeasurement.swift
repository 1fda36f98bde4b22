import DeviceMeasurement
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import Quantization
import RandomStreams
import SearchSpaces
import Studies

/// `autodistill profile measure --command`: latencies of architectures on another device, as a table.
struct CommandMeasurement {
  static let ownOptions = [
    "--command", "--count", "--keys", "--seed", "--format", "--precision", "--time-limit",
    "--latency-pattern", "--latency-json-path", "--unit",
  ]

  private let device: CommandDevice
  private let command: String
  private let reading: LatencyReading
  private let output: String
  private let samplesPath: String
  private let spacePath: String
  /// Nil where nobody asked for a number.
  private let askedCount: Int?
  private let keysPath: String?
  private let seed: Int
  private let export: ModelExport
  private let precision: Precision
  private let images: ImagesOption

  init(_ arguments: Arguments, command: String) throws {
    guard let output = arguments.value("--output"), let space = arguments.value("--space") else {
      throw UsageError(
        "profile measure --command needs --space FILE and --output FILE.csv",
        ProfileMeasureVerb.self)
    }
    for option in ["--name", "--students", "--correct", "--table"]
    where arguments.value(option) != nil {
      throw UsageError("\(option) goes without --command: it is for a profile of this machine")
    }
    (self.output, self.command) = (output, command)
    spacePath = space
    samplesPath = arguments.value("--samples") ?? output + ".samples.jsonl"
    let limit = try arguments.integer("--time-limit", in: 1...86_400) ?? 300
    reading = try CommandMeasurement.reading(arguments)
    do {
      device = try CommandDevice(command, timeLimitSeconds: Double(limit), reading: reading)
    } catch {
      throw UsageError("--command: \(error)", ProfileMeasureVerb.self)
    }
    keysPath = arguments.value("--keys")
    if keysPath != nil && (arguments.value("--count") ?? arguments.value("--seed")) != nil {
      throw UsageError("--keys says what to measure, so --count and --seed go without it")
    }
    askedCount = try arguments.integer("--count", in: 1...100_000)
    seed = try arguments.integer("--seed", in: 0...Int.max) ?? 1
    images = try ImagesOption(arguments)
    precision = try arguments.choice("--precision", of: Precision.self) ?? .fp32
    guard precision != .fp16 else {
      throw UsageError("--precision: got 'fp16', expected fp32 or int8")
    }
    let format = arguments.value("--format") ?? ExportVerb.format(of: precision).format
    guard let export = ModelExport.forDevices(format) else {
      throw UsageError("--format: got '\(format)', expected \(ModelExport.deviceNames)")
    }
    guard precision == .fp32 || export.hasIntegers else {
      throw UsageError(
        "--precision int8 goes together with --format "
          + "\(ModelExport.names { $0.isForDevices && $0.hasIntegers }), got '\(format)'")
    }
    self.export = export
  }

  /// Where the latency stands in what the command prints, as the options say.
  private static func reading(_ arguments: Arguments) throws -> LatencyReading {
    let unit = try arguments.choice("--unit", of: LatencyUnit.self)
    let (pattern, path) = (
      arguments.value("--latency-pattern"), arguments.value("--latency-json-path")
    )
    do {
      return try LatencyReading(pattern: pattern, jsonPath: path, unit: unit)
    } catch {
      let option =
        switch error {
        case .both, .pattern: "--latency-pattern"
        case .path: "--latency-json-path"
        }
      throw UsageError("\(option): \(error)", ProfileMeasureVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    Interruption.stopAtNextSafeMoment()
    let space = try SearchSpace(contentsOf: spacePath)
    let keys = try keysPath.map { try listedKeys($0, space) } ?? randomKeys(space)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("autodistill-\(UUID().uuidString)").path
    try Folder.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let table = try MeasurementTable(
      output, samplesPath: samplesPath,
      conditions: [
        "command": command, "latency": "read\(reading)", "precision": precision.rawValue,
        "format": export.format,
        "space": space.name, "space_sha256": try ContentHash.hexadecimal(ofFile: spacePath),
        "images": "\(images.images(of: space).shape), \(images.images(of: space).classes) classes",
      ])
    let known = keys.count { table.measured.contains($0) }
    if known > 0 { Terminal.log("   \(known) of \(keys.count) are measured already") }
    var done = known
    let outcome: MeasurementCampaign.Outcome
    do {
      outcome = try MeasurementCampaign(table: table).run(
        keys, roughMilliseconds: { try roughMilliseconds(of: $0, space) },
        progress: { key, latency in
          done += 1
          let error = latency.standardErrorMilliseconds.map { String(format: " ± %.2g", $0) } ?? ""
          Terminal.log(
            "   \(done) of \(keys.count): \(key) "
              + String(format: "%.4g", latency.medianMilliseconds) + error + " ms"
              + (latency.isSound ? "" : ", doubtful (the device was busy or drifted, twice)"))
        },
        measure: { key in try measure(key, space, folder) })
    } catch let error as CommandDeviceError where error.problem == .cancelled {
      Terminal.log("interrupted; what is measured is kept, and the same command continues")
      return Interruption.status
    }
    tell(outcome, count: keys.count)
    return .success
  }

  private func tell(_ outcome: MeasurementCampaign.Outcome, count: Int) {
    Terminal.print("table:   \(output) (\(count) architectures, \(outcome.measured) of them new)")
    Terminal.print("samples: \(samplesPath)")
    if !outcome.doubtful.isEmpty {
      Terminal.print("doubtful: \(outcome.doubtful.joined(separator: ", "))")
    }
    for (key, question) in outcome.questions.sorted(by: { $0.key < $1.key }) {
      Terminal.log("questionable: \(key): \(question)")
    }
    if let drift = outcome.drift {
      Terminal.print(
        String(format: "drift:   %+.1f %% of the reference over this run", 100 * (drift - 1)))
    }
    if outcome.isDrifting {
      Terminal.log("the device drifted: cool it, or fix its clock, and measure into a new file")
    }
  }

  private func measure(
    _ key: String, _ space: SearchSpace, _ folder: String
  ) throws -> MeasuredLatency {
    let images = images.images(of: space)
    let network = try space.network(
      for: space.architecture(key: key), input: images.shape, classes: images.classes)
    let path = "\(folder)/\(key).\(export.format)"
    try export.write(
      exported(TrainedModel(untrained: network)), path,
      ["architecture": key, "network": network.identity, "classes": String(images.classes)])
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try device.measure(model: path, isCancelled: { Interruption.isRequested })
  }

  private func roughMilliseconds(of key: String, _ space: SearchSpace) throws -> Double? {
    let images = images.images(of: space)
    return PhysicalModel.roughMilliseconds(
      of: try space.workload(
        of: space.architecture(key: key), input: images.shape, classes: images.classes))
  }

  /// Returns a network as it is timed. Ranges of an untrained one in int8 are those of noise: times do not depend on
  /// them.
  private func exported(_ model: TrainedModel) throws -> ExportedStudent {
    guard precision == .int8 else { return ExportedStudent(model) }
    var stream = RandomStream(seed: UInt64(seed), purpose: "noise images")
    let images = 8
    let values = (0..<images * model.network.inputShape.elementCount).map { _ in
      Float(stream.normal())
    }
    return try ExportedStudent(
      quantizing: model, by: CalibrationImages(values, count: images))
  }

  /// Draws architectures, each once: as many as were asked for, or else 30 or all that the space has. A larger count
  /// draws the same ones first.
  private func randomKeys(_ space: SearchSpace) throws -> [String] {
    var stream = RandomStream(seed: UInt64(seed), purpose: "measured architectures")
    var keys: [String] = []
    var seen: Set<String> = []
    let count = askedCount ?? 30
    for _ in 0..<100 * count where keys.count < count {
      let key = space.key(of: space.randomArchitecture(using: &stream))
      if seen.insert(key).inserted { keys.append(key) }
    }
    guard keys.count == count || askedCount == nil else {
      throw UsageError(
        "--count: got '\(count)', but \(spacePath) has about \(keys.count) architectures")
    }
    return keys
  }

  /// Reads one key a line; of a line with commas, the first cell, so that tables can be given too.
  private func listedKeys(_ path: String, _ space: SearchSpace) throws -> [String] {
    let text = String(decoding: try MappedFile(path).withUnsafeBytes { Data($0) }, as: UTF8.self)
    var keys: [String] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let key = line.prefix { $0 != "," }.trimmingCharacters(in: .whitespaces)
      if key.isEmpty || index == 0 && key == "architecture" { continue }
      do {
        _ = try space.architecture(key: key)
      } catch {
        throw FileFormatError.malformed(
          path: path, location: "line \(index + 1)", found: "'\(key)'",
          expected: "an architecture's key: \(error)")
      }
      if !keys.contains(key) { keys.append(key) }
    }
    guard !keys.isEmpty else {
      throw FileFormatError.malformed(
        path: path, location: "the file", found: "no keys",
        expected: "one architecture's key a line")
    }
    return keys
  }
}
