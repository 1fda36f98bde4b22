import Foundation
import HardwareProfiles
import ProfileEvaluation
import SearchSpaces

/// `autodistill profile compare`
struct ProfileCompareVerb: Verb {
  static let name = "profile compare"
  static let summary = "shows where two profiles disagree about the networks of a space"
  static let operands = ["PROFILE", "PROFILE"]
  static let options = ["--space", "--count", "--seed"] + ImagesOption.options
  static let help = """
    USAGE: autodistill profile compare PROFILE PROFILE --space FILE [--count N] [--seed S]

    Prices random architectures under both profiles: how alike they rank, how the latencies compare,
    and the architectures that the second thinks fastest and slowest compared with the first.

    --space FILE     the search space
    --count N        architectures (default: 500), drawn with --seed S (default: 1)
    --image HxWxC, --classes N    what the networks look at (default: what the space says)
    """

  private let paths: [String]
  private let spacePath: String
  private let count: Int
  private let seed: UInt64
  private let images: ImagesOption

  init(_ arguments: Arguments) throws {
    paths = arguments.operands
    spacePath = try arguments.required("--space", for: ProfileCompareVerb.self)
    count = try arguments.integer("--count", in: 3...5_000) ?? 500
    seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
    images = try ImagesOption(arguments)
  }

  func run() throws -> ExitStatus {
    let space = try SearchSpace(contentsOf: spacePath)
    let profiles = try paths.map { try HardwareProfile(contentsOf: $0) }
    let comparison = try ProfileComparison(
      profiles[0], profiles[1], over: space, images: images.images(of: space), count: count,
      seed: seed)
    for (path, profile) in zip(paths, profiles) {
      Terminal.print("\(path): \(profile.protocolDescription)")
      if let assumption = profile.assumption(of: comparison.kernels) {
        Terminal.print("\(path): \(assumption)")
      }
    }
    Terminal.print(
      String(
        format:
          "%d networks of %@: Spearman %.3f, %.1f %% of pairs in another order; the second takes %.3g "
          + "times as long (median)",
        count, space.name, comparison.spearman, 100 * comparison.discordantShare,
        comparison.medianRatio))
    print("fastest on the second, compared with the first", comparison.rows.prefix(3), space)
    print(
      "slowest on the second, compared with the first", comparison.rows.suffix(3).reversed(), space)
    return .success
  }

  private func print(
    _ title: String, _ rows: some Sequence<ProfileComparison.Row>, _ space: SearchSpace
  ) {
    Terminal.print("\(title): ms, ms, ratio")
    for row in rows {
      Terminal.print(
        String(
          format: "  %9.4g %9.4g %7.3f  %@  %@", row.milliseconds.first, row.milliseconds.second,
          row.ratio, space.key(of: row.architecture), space.description(of: row.architecture)))
    }
  }
}
