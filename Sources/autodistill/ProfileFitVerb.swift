import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import Studies
import TensorKernels

/// `autodistill profile fit`
struct ProfileFitVerb: Verb {
  static let name = "profile fit"
  static let summary = "makes a profile from measured latencies of a space's networks"
  static let operands: [String] = []
  static let options =
    [
      "--space", "--measurements", "--base", "--train", "--seed", "--output", "--name", "--device",
      "--runtime", "--precision", "--threads", "--source",
    ] + ImagesOption.options
  static let flags = ["--json", "--measured-here"]
  static let help = """
    USAGE: autodistill profile fit --space FILE --measurements FILE.csv [--output FILE] [--base FILE]
                               [--train N [--seed S]] [--json]

    Learns a device from whole networks: the table has the columns architecture (a key of the space)
    and latency_ms, and perhaps energy_mj. Ten networks are of use; profile suggest says which ten.

    --space FILE          the search space of the architectures
    --measurements FILE   the table
    --output FILE         the profile to write; without it only the quality is printed
    --base FILE           the profile of a similar device to start from: its protocol, memory and
                          energy too
    --train N             fit N networks drawn at random, and check the profile on all the others;
                          without it each network is checked against the fit of all others
    --seed S              of that draw (default: 1)
    --image HxWxC, --classes N    what the networks look at (default: what the space says)
    --json                the quality as one JSON object

    What the profile says of the device, where no base says it:
    --name NAME           (default: the file's)
    --device TEXT         what it is
    --runtime TEXT        the program that ran the networks, with its version
    --precision P         fp32 (default), fp16 or int8
    --threads N           (default: 1)
    --source TEXT         where the measurements come from
    --measured-here       they were made on this machine, so a study may time its students here
    """

  private let spacePath: String
  private let measurements: String
  private let base: String?
  private let trained: Int?
  private let seed: UInt64
  private let output: String?
  private let images: ImagesOption
  private let description: ProfileDescription
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    spacePath = try arguments.required("--space", for: ProfileFitVerb.self)
    measurements = try arguments.required("--measurements", for: ProfileFitVerb.self)
    base = arguments.value("--base")
    trained = try arguments.integer("--train", in: 2...1_000_000)
    seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
    if trained == nil, arguments.value("--seed") != nil {
      throw UsageError("--seed goes together with --train", ProfileFitVerb.self)
    }
    output = arguments.value("--output")
    images = try ImagesOption(arguments)
    description = try ProfileDescription(arguments)
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let space = try SearchSpace(contentsOf: spacePath)
    let baseProfile = try base.map { try HardwareProfile(contentsOf: $0) }
    let measured = try MeasuredArchitectures(
      CSVTable(contentsOf: measurements), of: space, images: images.images(of: space))
    let count = measured.measurements.count
    if let trained, trained >= count {
      throw UsageError(
        "--train: got \(trained), expected fewer than the \(count) networks of \(measurements): the "
          + "others are what the profile is checked on")
    }
    var random = RandomStream(seed: seed, purpose: "measured networks")
    let order = trained == nil ? Array(0..<count) : random.permutation(of: count)
    let chosen = order.prefix(trained ?? count).sorted()
    let heldOut = order.dropFirst(trained ?? count).sorted()
    let fit = try DeviceFit(
      chosen.map { measured.measurements[$0] }, base: baseProfile,
      description: description.complete(
        base: baseProfile, output: output, networks: chosen.count, space: space.name))
    let quality =
      trained == nil ? fit.leaveOneOutQuality() : fit.quality(on: heldOut.map { measured.measurements[$0] })
    guard let quality else { throw DeviceFitError.notFittable }
    let profile = fit.profile.with(
      validation: quality, method: trained == nil ? .leaveOneOut : .heldOut)
    if let output { try AtomicFile.write(profile.json(), to: output) }
    if asJSON {
      Terminal.print(quality.json)
    } else {
      let checked = trained == nil ? chosen : heldOut
      let rows = checked.map { index in
        (
          measured.architectures[index],
          profile.predict(measured.measurements[index].workload).latencyMilliseconds,
          measured.measurements[index].latencyMilliseconds
        )
      }
      print(quality, fitted: chosen.count, worst: trained == nil ? [] : rows, space: space)
    }
    return .success
  }

  private func print(
    _ quality: PredictionQuality, fitted: Int,
    worst rows: [(architecture: Architecture, predicted: Double, measured: Double)],
    space: SearchSpace
  ) {
    Terminal.print(
      "fitted:  \(fitted) networks; checked on "
        + (trained == nil ? "each of them, left out in turn" : "\(quality.count) others"))
    Terminal.print(
      String(
        format:
          "Spearman %.4f, Kendall %.4f; median error %.2f %%; within 5 %%: %.1f %%, within 10 %%: %.1f %%; "
          + "in their 90 %% interval: %.1f %%",
        quality.spearman, quality.kendall, quality.medianAbsolutePercentageError,
        100 * quality.within5Percent, 100 * quality.within10Percent,
        100 * (quality.intervalCoverage90 ?? 0)))
    let worst = rows.sorted {
      abs($0.predicted / $0.measured - 1) > abs($1.predicted / $1.measured - 1)
    }.prefix(5)
    if !worst.isEmpty { Terminal.print("worst:   predicted, measured ms") }
    for row in worst {
      Terminal.print(
        String(
          format: "  %9.4g %9.4g  %@  %@", row.predicted, row.measured,
          space.key(of: row.architecture), space.description(of: row.architecture)))
    }
    if let output {
      Terminal.print("profile: \(output)")
      Terminal.print("next:    set \"hardware\" in a study.json to \(output)")
    }
  }
}

extension PredictionQuality {
  /// The quality as one JSON object.
  fileprivate var json: String {
    let numbers: [(String, Double)] = [
      ("spearman", spearman), ("kendall", kendall),
      ("median_absolute_percentage_error", medianAbsolutePercentageError),
      ("within_5_percent", within5Percent), ("within_10_percent", within10Percent),
      ("interval_coverage_90", intervalCoverage90 ?? 0),
    ]
    return "{" + numbers.map { "\"\($0)\": " + String(format: "%.6g", $1) }.joined(separator: ", ")
      + ", \"held_out\": \(count)}"
  }
}
