import RandomStreams

/// A division in which no group is in two splits.
///
/// Each group goes, the largest first, to the split in which the sum over splits and classes of
/// (images − due)² / due, Pearson's χ², grows least; then groups move as long as that makes it smaller.
struct GroupedDivision {
  /// The split of every group.
  private(set) var splits: [DatasetSplit]

  /// The images of each class in a group, without zeros.
  private let members: [[(label: Int, count: Int)]]
  private let classes: Int
  /// What is due to each split of each class, and what it has: `[split][class]`.
  private var due: [[Double]] = []
  private var has: [[Int]] = []
  /// The splits that images are dealt out to.
  private let used: [Int]
  private var groupCounts = [0, 0, 0]

  private static let order: [DatasetSplit] = [.training, .validation, .test]

  /// - Throws: `DatasetError.invalidField` if there are too few groups.
  init(labels: [Int], classes: Int, groups: ImageGroups, counts: SetAside, seed: UInt64) throws {
    self.classes = classes
    var tallies = [[Int: Int]](repeating: [:], count: groups.count)
    var totals = [Int](repeating: 0, count: classes)
    for (label, group) in zip(labels, groups.numbers) where label >= 0 {
      tallies[group][label, default: 0] += 1
      totals[label] += 1
    }
    members = tallies.map { tally in
      tally.sorted { $0.key < $1.key }.map { (label: $0.key, count: $0.value) }
    }
    used = [0] + (counts.validation > 0 ? [1] : []) + (counts.test > 0 ? [2] : [])
    let known = members.count { !$0.isEmpty }
    guard known >= used.count else {
      throw DatasetError.invalidField(
        field: "data.groups", found: "\(known) groups of images whose class is known",
        expected: "at least \(used.count), one for each split")
    }
    let images = totals.reduce(0, +)
    let shares = [images - counts.total, counts.validation, counts.test].map {
      Double($0) / Double(images)
    }
    due = shares.map { share in totals.map { share * Double($0) } }
    has = shares.map { _ in [Int](repeating: 0, count: classes) }
    splits = [DatasetSplit](repeating: .training, count: groups.count)

    var order = Array(0..<groups.count)
    var stream = RandomStream(seed: seed, purpose: "grouped split")
    order.shuffleInPlace(&stream)
    let sizes = members.map { $0.reduce(0) { $0 + $1.count } }
    let place = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
    order.sort { (sizes[$1], place[$0] ?? 0) < (sizes[$0], place[$1] ?? 0) }
    for group in order where sizes[group] > 0 { put(group, into: best(for: group)) }
    improve(order.filter { sizes[$0] > 0 })
    try fillEmpty(order.filter { sizes[$0] > 0 })
    // What nobody is judged on can be trained on.
    for group in order where sizes[group] == 0 { splits[group] = .training }
  }

  /// The χ² that a group adds to a split.
  private func cost(of group: Int, in split: Int) -> Double {
    members[group].reduce(0) { sum, member in
      let (due, count) = (due[split][member.label], Double(member.count))
      let excess = Double(has[split][member.label]) - due
      return sum + (2 * excess * count + count * count) / max(due, 1e-9)
    }
  }

  private func best(for group: Int) -> Int {
    used.min { cost(of: group, in: $0) < cost(of: group, in: $1) } ?? 0
  }

  private mutating func put(_ group: Int, into split: Int) {
    for member in members[group] { has[split][member.label] += member.count }
    groupCounts[split] += 1
    splits[group] = Self.order[split]
  }

  private mutating func take(_ group: Int) -> Int {
    let split = Self.order.firstIndex(of: splits[group]) ?? 0
    for member in members[group] { has[split][member.label] -= member.count }
    groupCounts[split] -= 1
    return split
  }

  /// Moves groups one by one to where they fit better.
  private mutating func improve(_ order: [Int]) {
    for _ in 0..<20 {
      var isChanged = false
      for group in order {
        let before = take(group)
        let after = best(for: group)
        // Ties and rounding must not move anything for ever.
        let isBetter = cost(of: group, in: after) < cost(of: group, in: before) - 1e-9
        put(group, into: isBetter ? after : before)
        isChanged = isChanged || isBetter
      }
      if !isChanged { return }
    }
  }

  /// Sees to it that every split has a group, and training one with each class.
  private mutating func fillEmpty(_ order: [Int]) throws {
    for label in 0..<classes where has[0][label] == 0 {
      guard
        let group = order.last(where: { members[$0].contains { $0.label == label } })
      else { continue }
      _ = take(group)
      put(group, into: 0)
    }
    for split in used where groupCounts[split] == 0 {
      // The smallest that can be spared.
      let spare = order.last { group in
        let own = Self.order.firstIndex(of: splits[group]) ?? 0
        return groupCounts[own] > 1
          && (own != 0 || members[group].allSatisfy { has[0][$0.label] > $0.count })
      }
      guard let spare else {
        throw DatasetError.invalidField(
          field: "data.groups", found: "\(order.count) groups",
          expected: "more, or more evenly spread ones: no group can be spared for the "
            + "\(Self.order[split].rawValue) split without a class losing its training images")
      }
      _ = take(spare)
      put(spare, into: split)
    }
  }
}
