/// What a monitored student's images and answers have come to.
public enum DriftVerdict: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Nothing speaks against the images being like those that the student was judged by.
  case unchanged = "ok"
  /// A change that chance does not explain, still small.
  case watch
  /// A change that chance does not explain, so large that what is known of the student's accuracy holds no more.
  case drifted

  public static func < (a: DriftVerdict, b: DriftVerdict) -> Bool { a.rank < b.rank }

  private var rank: Int { DriftVerdict.allCases.firstIndex(of: self) ?? 0 }
}

/// When a difference is worth a word: it has to be no chance, and large enough to matter.
///
/// The levels bound the probability of any false alarm among all tests together (Holm), so that a clean batch gives one
/// in fewer than 1 % of the cases, and somewhat more often where it is drawn from images that differ from the validation
/// split themselves. `Results/benchmarks/scripts/drift` measures it. The sizes are on top of that: with a hundred thousand
/// images anything is significant.
public struct DriftRule: Hashable, Sendable {
  /// The corrected p-value below which a difference is watched.
  public var watchLevel = 0.01
  /// The corrected p-value below which it may be a drift.
  public var driftLevel = 0.001

  public init() {}

  /// The fewest new images. With 100 a shift by half a standard deviation is found in about half of the cases, and a
  /// class that has become twice as frequent (20 % instead of 10 %) in one of six; with 500 a shift by a quarter, and
  /// the class in nine of ten. Below 100 even large changes go unseen.
  public static let fewestImages = 100
  /// The fewest images that a reference may be made of.
  public static let fewestReferenceImages = 50

  /// What a size is of, and from where on it is watched and taken for a drift.
  struct Size: Hashable {
    let name: String
    let watch: Double
    let drift: Double

    /// The largest distance of two distribution functions.
    static let distance = Size(name: "D", watch: 0.05, drift: 0.15)
    /// The stability index above what chance gives.
    static let stability = Size(name: "PSI", watch: 0.01, drift: 0.1)
    /// The difference of two shares.
    static let share = Size(name: "difference", watch: 0.02, drift: 0.05)
    /// The energy coefficient above what chance gives.
    static let energy = Size(name: "energy", watch: 0.002, drift: 0.01)
  }

  /// Returns what a difference of a size comes to.
  func verdict(_ size: Double, _ kind: Size, corrected: Double) -> DriftVerdict {
    if corrected < driftLevel && size >= kind.drift { return .drifted }
    return corrected < watchLevel && size >= kind.watch ? .watch : .unchanged
  }
}
