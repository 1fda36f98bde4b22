/// Classes dealt out to groups of nearly one size, such that those that a teacher takes for each other are together.
///
/// Groups grow one after the other, each from the two classes that are left and most alike, by the class that is most
/// like those in it; then pairs of classes change places as long as that brings more alike ones together (Kernighan and
/// Lin, "An efficient heuristic procedure for partitioning graphs", doi:10.1002/j.1538-7305.1970.tb01770.x). Among equals
/// the lower numbers come first, so the groups depend on the affinity alone.
struct ClassGroups: Hashable, Sendable {
  /// The classes of each group, ascending; the group with the lowest class first.
  let groups: [[Int]]

  /// - Parameter count: Of the groups, at most as many as there are classes.
  init(of affinity: ClassAffinity, count: Int) {
    precondition(1...affinity.classes ~= count, "a group has a class at least")
    var left = Array(0..<affinity.classes)
    var groups: [[Int]] = []
    for place in 0..<count {
      // Sizes differ by one at most.
      let size = left.count / (count - place)
      var group = ClassGroups.closestPair(of: left, affinity, size: size)
      left.removeAll { group.contains($0) }
      while group.count < size {
        let next = ClassGroups.first(of: left) { candidate in
          group.reduce(0) { $0 + affinity[candidate, $1] }
        }
        group.append(next)
        left.removeAll { $0 == next }
      }
      groups.append(group)
    }
    ClassGroups.exchange(&groups, affinity)
    self.groups = groups.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }

  /// Returns the first of the classes with the largest value.
  private static func first(of classes: [Int], by value: (Int) -> Double) -> Int {
    var (best, largest) = (classes[0], value(classes[0]))
    for candidate in classes.dropFirst() {
      let own = value(candidate)
      if own > largest { (best, largest) = (candidate, own) }
    }
    return best
  }

  /// Returns the two classes that are most alike, or the first class alone where a group has room for one.
  private static func closestPair(
    of classes: [Int], _ affinity: ClassAffinity, size: Int
  ) -> [Int] {
    guard size > 1 else { return [classes[0]] }
    var (best, largest) = ([classes[0], classes[1]], affinity[classes[0], classes[1]])
    for (place, a) in classes.enumerated() {
      for b in classes[(place + 1)...] where affinity[a, b] > largest {
        (best, largest) = ([a, b], affinity[a, b])
      }
    }
    return best
  }

  /// Has pairs of classes of different groups change places until no exchange brings more alike ones together.
  private static func exchange(_ groups: inout [[Int]], _ affinity: ClassAffinity) {
    let count = groups.count
    // Of each class, how much it is like those of each group, itself included.
    var links = [Double](repeating: 0, count: affinity.classes * count)
    for x in 0..<affinity.classes {
      for (place, group) in groups.enumerated() {
        for y in group { links[x * count + place] += affinity[x, y] }
      }
    }
    let least = 1e-12 * affinity.values.reduce(0, +)
    // Each exchange gains something, so this ends; the limit is for rounding.
    for _ in 0..<100 {
      var hasChanged = false
      for i in 0..<count {
        for j in i + 1..<count {
          for m in groups[i].indices {
            for n in groups[j].indices {
              let (a, b) = (groups[i][m], groups[j][n])
              let gain =
                links[a * count + j] - links[a * count + i] + affinity[a, a]
                + links[b * count + i] - links[b * count + j] + affinity[b, b]
                - 2 * affinity[a, b]
              guard gain > least else { continue }
              (groups[i][m], groups[j][n]) = (b, a)
              for x in 0..<affinity.classes {
                let change = affinity[x, b] - affinity[x, a]
                links[x * count + i] += change
                links[x * count + j] -= change
              }
              hasChanged = true
            }
          }
        }
      }
      guard hasChanged else { return }
    }
  }
}
