import RandomStreams

/// A division in which every split has the classes in the same proportions, as nearly as whole images allow, and
/// every class keeps an image to train on.
struct StratifiedDivision {
  /// In no order.
  private(set) var test: [Int] = []
  private(set) var validation: [Int] = []

  /// - Throws: `DatasetError.invalidField` if so many are set aside that a class has none left.
  init(labels: [Int], classes: Int, counts: SetAside, seed: UInt64) throws {
    var images = [[Int]](repeating: [], count: classes)
    for (index, label) in labels.enumerated() where label >= 0 { images[label].append(index) }
    let most = images.reduce(0) { $0 + max(0, $1.count - 1) }
    guard counts.total <= most else {
      let field =
        counts.test > most
        ? ("test_count", counts.test) : ("validation_count", counts.validation)
      throw SetAside.tooMany(
        field,
        expected: "at most \(most - (counts.test > most ? 0 : counts.test)), so that each of the "
          + "\(classes) classes keeps an image to train on")
    }
    let tests = Self.shares(of: counts.test, by: images.map(\.count), sparing: 1)
    let left = zip(images, tests).map { $0.count - $1 }
    let validations = Self.shares(of: counts.validation, by: left, sparing: 1)
    for label in 0..<classes {
      var stream = RandomStream(seed: seed, purpose: "stratified split", label)
      images[label].shuffleInPlace(&stream)
      test += images[label].prefix(tests[label])
      validation += images[label].dropFirst(tests[label]).prefix(validations[label])
    }
  }

  /// Divides a number in proportion to sizes, by the largest remainders (Hamilton's method).
  ///
  /// - Parameter spared: What no share may take of its size.
  /// - Precondition: The sizes have as much without what is spared.
  static func shares(of total: Int, by sizes: [Int], sparing spared: Int) -> [Int] {
    let sum = sizes.reduce(0, +)
    guard sum > 0, total > 0 else { return sizes.map { _ in 0 } }
    let most = sizes.map { max(0, $0 - spared) }
    var shares = zip(sizes, most).map { size, most in
      min(most, size.multipliedFullWidth(by: total).high == 0 ? size * total / sum : most)
    }
    var missing = total - shares.reduce(0, +)
    while missing > 0 {
      // Who is furthest below what is due comes first; of equals the lower class.
      let waiting = sizes.indices.filter { shares[$0] < most[$0] }
        .sorted { first, second in
          let (a, b) = (
            sizes[first] * total - shares[first] * sum, sizes[second] * total - shares[second] * sum
          )
          return (b, first) < (a, second)
        }
      precondition(!waiting.isEmpty, "\(total) is more than \(sizes) have")
      for label in waiting.prefix(missing) { shares[label] += 1 }
      missing -= min(missing, waiting.count)
    }
    return shares
  }
}
