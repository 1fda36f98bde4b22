import FileFormats
import NeuralNetworks

/// `{"kind": "branches"}`: for some of its steps the student is several, each of which learns some classes more than the
/// others; then their weights are averaged, and the student learns on as one.
///
/// All branches begin where the student stands, and see the same images and the same teacher in each step. They differ by
/// their losses: in the parts that are sums over images, an image of a branch's own group g counts `focus` times as much
/// as another one, and on average as much as without branches:
///
///     v = focus · w for the classes of g and w for the others, w = 1 / (1 + (focus − 1) · |g| / classes)
///
/// Source: Sun et al., arXiv:2503.04872. The student itself is the first branch; what a recipe
/// compares of inner features, it compares of that one.
public struct BranchesRule: TeachingRule {
  /// Which classes each branch is for.
  public enum Groups: Hashable, Sendable {
    /// So many groups of nearly one size; classes that the teacher mixes up are in one (`ClassGroups`).
    case count(Int)
    /// The classes of each group, by their numbers.
    case classes([[Int]])
  }

  public static let kind = "branches"
  public static let keys = ["groups", "begin", "share", "focus"]
  public static let summary =
    "for branch g Σ over images of v·ℓ, v larger in the classes of g, then the mean of the branches' weights; "
    + "Sun et al., arXiv:2503.04872"
  // An image without a label teaches a branch what the recipe's own loss teaches by it.
  public static let usesUnlabeledImages = false

  public var groups: Groups
  /// The share of the steps before the branches.
  public var begin: Double
  /// The share of the steps with branches.
  public var share: Double
  /// How many times as much an image of the own group counts as another one, at least 1.
  public var focus: Double

  public init(
    _ groups: Groups = .count(2), begin: Double = 0.1, share: Double = 0.5, focus: Double = 4
  ) {
    (self.groups, self.begin, self.share, self.focus) = (groups, begin, share, focus)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init()
    if let field = members["groups"] { groups = try Groups(field) }
    if let begin = try members["begin"]?.number(in: 0...0.9) { self.begin = begin }
    if let share = try members["share"]?.number(in: 0.01...0.95) { self.share = share }
    if let focus = try members["focus"]?.number(in: 1.01...1000) { self.focus = focus }
    if begin + share >= 1, let field = members["share"] ?? members["begin"] {
      throw field.expected(
        "steps that are left after the branches: \"begin\" and \"share\" add up to \(begin + share)"
      )
    }
  }

  public var identity: String {
    "groups=\(groups.identity),begin=\(begin),share=\(share),focus=\(focus)"
  }

  public var questionToTeacher: String? {
    if case .count = groups {
      "which classes it mixes up, unless \"groups\" lists the classes of each branch"
    } else {
      nil
    }
  }

  public func check(_ student: Network) throws(LossError) {
    try groups.check(classes: student.outputShape.channels)
  }

  public func lesson(on site: TeachingSite) throws(LossError) -> Lesson {
    try check(site.network)
    let all = try groups.all(on: site)
    let steps = steps(of: site.steps)
    let part = try site.imageLoss
    let losses = all.map { group in
      GroupEmphasisLoss(
        part: part, weights: weights(of: group, classes: site.classes), steps: steps,
        hasTeacher: site.recipe.usesTeacher)
    }
    var branches: [LearningPeer] = []
    for loss in losses.dropFirst() {
      // Branches differ by their losses alone, so they draw what the student draws.
      branches.append(try site.peer(site.network, adding: loss, seed: site.seed))
    }
    let peer = BranchedPeer(branches, steps: steps)
    return Lesson(losses[0], peers: [peer], branches: peer)
  }

  /// Returns the steps with branches of so many: one at least, however short the training.
  func steps(of count: Int) -> Range<Int> {
    let first = min(Int((begin * Double(count)).rounded()), max(0, count - 1))
    let end = max(first + 1, Int(((begin + share) * Double(count)).rounded()))
    return first..<min(end, count)
  }

  /// Returns v of every class, whose mean is 1.
  func weights(of group: [Int], classes: Int) -> [Double] {
    let own = Double(group.count) / Double(classes)
    let other = 1 / (1 + (focus - 1) * own)
    return (0..<classes).map { group.contains($0) ? focus * other : other }
  }
}

extension BranchesRule.Groups {
  /// Reads a number of groups, or the classes of each.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ field: JSONField) throws(JSONError) {
    switch field.value {
    case .integer: self = .count(try field.integer(in: 2...16))
    case .array:
      var known: Set<Int> = []
      var groups: [[Int]] = []
      for element in try field.elements(of: "groups") {
        var group: [Int] = []
        for place in try element.elements(of: "classes") {
          let number = try place.integer(in: 0...Int(Int32.max))
          guard known.insert(number).inserted else {
            throw place.expected("each class in one group, once")
          }
          group.append(number)
        }
        guard !group.isEmpty else { throw element.expected("at least one class") }
        groups.append(group)
      }
      guard 2...16 ~= groups.count else { throw field.expected("2 to 16 groups of classes") }
      self = .classes(groups)
    default:
      throw field.expected(
        "a number of groups from 2 to 16, or a list of lists of classes' numbers")
    }
  }

  /// All of it on one line.
  var identity: String {
    switch self {
    case .count(let count): "\(count)"
    case .classes(let groups):
      groups.map { $0.map(String.init).joined(separator: "+") }.joined(separator: "/")
    }
  }

  /// - Throws: `LossError` where the groups are not those of so many classes.
  func check(classes: Int) throws(LossError) {
    switch self {
    case .count(let count):
      guard count <= classes else {
        throw LossError("\(count) groups of branches have no class each: there are \(classes)")
      }
    case .classes(let groups):
      let named = Set(groups.joined())
      if let other = named.sorted().first(where: { $0 >= classes }) {
        throw LossError("a group of branches has the class \(other): there are 0 to \(classes - 1)")
      }
      if let missing = (0..<classes).first(where: { !named.contains($0) }) {
        throw LossError("no group of branches has the class \(missing)")
      }
    }
  }

  /// Returns the classes of each group.
  fileprivate func all(on site: TeachingSite) throws(LossError) -> [[Int]] {
    switch self {
    case .classes(let groups): return groups
    case .count(let count):
      guard let affinity = site.affinity?() else {
        throw LossError("branches without lists of classes need a teacher to group them")
      }
      return ClassGroups(of: affinity, count: count).groups
    }
  }
}
