import FileFormats
import Foundation
import HardwareProfiles
import ProfileEvaluation
import SearchSpaces
import Statistics

/// `autodistill profile fit`
struct ProfileFitVerb: Verb {
  static let name = "profile fit"
  static let summary = "makes a profile from measured latencies of a space's networks"
  static let operands: [String] = []
  static let options =
    MeasurementTables.options + [
      "--base", "--like", "--train", "--seed", "--output", "--name",
      "--device",
      "--runtime", "--precision", "--threads", "--source",
    ]
  static let flags = ["--json", "--measured-here", "--rates-only"]
  static let help = """
    USAGE: autodistill profile fit --space FILE --measurements FILE.csv [--output FILE] [--base FILE]
                               [--train N [--seed S]] [--json]

    Learns a device from whole networks: the table has the columns architecture (a key of the space)
    and latency_ms, and perhaps energy_mj. Ten networks are of use; profile suggest says which ten.

    --space FILE          the search space of the architectures
    --measurements FILE   the table; both options may be given several times, for several spaces. Up to one
                          row in five that the others contradict by more than twice is left out, and named
    --output FILE         the profile to write; without it only the quality is printed
    --base FILE           the profile of a similar device to start from: its protocol, memory and
                          energy too
    --like FILE           a profile to take protocol, memory and energy from, but no rates
    --rates-only          leave the measured networks out of the profile: it is smaller, and less sure
                          (with --train)
    --train N             fit N networks drawn at random, and check the profile on all the others;
                          without it each network is checked against the fit of all others
    --seed S              of that draw (default: 1)
    --image HxWxC, --classes N    what the networks look at (default: what the space says)
    --json                the quality as one JSON object

    What the profile says of the device (without an option: what --like or --base says, else the default):
    --name NAME           (default: the file's; never another profile's)
    --device TEXT         what it is
    --runtime TEXT        the program that ran the networks, with its version; with it nothing else of
                          another profile's protocol is taken over
    --precision P         fp32, fp16 or int8 (default: fp32)
    --threads N           (default: 1)
    --source TEXT         where the measurements come from
    --measured-here       they were made on this machine; with a --base that profile measure wrote, a
                          study may time its students here
    """

  private let tables: MeasurementTables
  private let base: String?
  private let like: String?
  private let settings: CheckedFit.Settings
  private let output: String?
  private let device: StatedDevice
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    tables = try MeasurementTables(arguments, of: ProfileFitVerb.self)
    base = arguments.value("--base")
    like = arguments.value("--like")
    if base != nil, like != nil {
      throw UsageError(
        "--like goes without --base, which gives protocol, memory and energy too",
        ProfileFitVerb.self)
    }
    let isRatesOnly = arguments.has("--rates-only")
    if isRatesOnly, arguments.value("--train") == nil {
      throw UsageError(
        "--rates-only needs --train: rates alone are checked on other networks",
        ProfileFitVerb.self)
    }
    let trained = try arguments.integer("--train", in: 2...1_000_000)
    let seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
    if trained == nil, arguments.value("--seed") != nil {
      throw UsageError("--seed goes together with --train", ProfileFitVerb.self)
    }
    settings = CheckedFit.Settings(trained: trained, seed: seed, isRatesOnly: isRatesOnly)
    output = arguments.value("--output")
    device = try StatedDevice(arguments)
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    try LinearAlgebraMemory.take()
    let baseProfile = try base.map { try HardwareProfile(contentsOf: $0) }
    let described = try like.map { try HardwareProfile(contentsOf: $0) }
    let networks = try readNetworks()
    let kernels = networks.lazy.flatMap(\.measurement.workload.kernels)
    if let base, let assumption = baseProfile?.assumption(of: kernels) {
      Terminal.log("\(base): \(assumption)")
    }
    let fit = try CheckedFit(networks, settings, base: baseProfile) { count, spaces in
      device.description(
        base: baseProfile, like: described, file: output, networks: count, spaces: spaces,
        date: profileDay())
    }
    if let output {
      let json = try fit.profile.json()
      // What cannot be read back is no profile: better to say so before it replaces one that can.
      _ = try HardwareProfile(json: json, file: output)
      try AtomicFile.write(json, to: output)
    }
    let quality = QualityOutput(
      quality: fit.quality, worst: fit.worstPredictions(5),
      doubt: MeasurementDoubt(networks, spearman: fit.quality.spearman, profile: baseProfile))
    if asJSON {
      let leftOut = fit.leftOut.map { "\"\($0.network.key)\"" }.joined(separator: ", ")
      Terminal.print("{\(quality.members), \"left_out\": [\(leftOut)]}")
    } else {
      print(fit, quality)
    }
    tellDoubts(fit)
    if let reason = quality.doubt.reason { Terminal.log("doubtful: \(reason)") }
    return .success
  }

  /// Reads all tables; there must be networks enough to fit some, and to check the profile on others.
  private func readNetworks() throws -> [MeasuredSpaceNetwork] {
    let networks = try tables.networks()
    guard networks.count >= 2 else {
      throw UsageError(
        "--measurements: got one network in \(tables.names), expected 2 or more, and 10 for a profile to be of "
          + "use")
    }
    if let trained = settings.trained, trained >= networks.count {
      throw UsageError(
        "--train: got \(trained), expected fewer than the \(networks.count) networks of \(tables.names): the "
          + "others are what the profile is checked on")
    }
    return networks
  }

  /// Names the rows that the fit could not believe.
  private func tellDoubts(_ fit: CheckedFit) {
    for row in fit.leftOut {
      Terminal.log(
        String(
          format:
            "left out: %@: %.5g ms, where the other networks predict %.3g ms; measure it again",
          row.network.key, row.network.measurement.latencyMilliseconds, row.predictedMilliseconds))
    }
    if fit.leftOut.isEmpty, fit.contradictedCount > 0 {
      Terminal.log(
        "\(fit.contradictedCount) of \(fit.trainedCount) networks contradict the others by more than twice: too "
          + "many for chance, so all are fitted; were they measured in one session, and are the keys theirs?"
      )
    }
  }

  private func print(_ fit: CheckedFit, _ quality: QualityOutput) {
    Terminal.print(
      "fitted:  \(fit.fittedCount) networks of \(fit.trainedCount); checked on "
        + (settings.trained == nil
          ? "each of them, left out in turn" : "\(fit.quality.count) others"))
    quality.print()
    if let output {
      Terminal.print("profile: \(output)")
      Terminal.print(
        quality.doubt.reason != nil
          ? "next:    look at what is doubtful before a study uses it"
          : "next:    set \"hardware\" in a study.json to \(output)")
    }
  }
}
