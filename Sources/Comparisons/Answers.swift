/// Which images of a split a model classifies rightly, in the split's order.
public struct Answers: Hashable, Sendable {
  /// The number of images.
  public let count: Int
  /// Bit i mod 64 of word i / 64 says whether image i is right; what is left of the last word is 0.
  private let words: [UInt64]

  /// Creates answers from a bit for each image: image i is bit i mod 8, the lowest first, of byte i / 8.
  ///
  /// - Returns: Nil unless there are as many bytes as the images need and all further bits are 0.
  public init?(count: Int, bytes: some Collection<UInt8>) {
    guard count > 0, bytes.count == (count + 7) / 8 else { return nil }
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    let left = count % 64
    guard left == 0 || words[words.count - 1] >> UInt64(left) == 0 else { return nil }
    (self.count, self.words) = (count, words)
  }

  /// Creates answers to at least one image.
  public init(_ isRight: [Bool]) {
    precondition(!isRight.isEmpty, "answers to no images")
    var words = [UInt64](repeating: 0, count: (isRight.count + 63) / 64)
    for (index, right) in isRight.enumerated() where right {
      words[index / 64] |= 1 << UInt64(index % 64)
    }
    (count, self.words) = (isRight.count, words)
  }

  /// Whether image `index` is classified rightly.
  public subscript(index: Int) -> Bool { words[index / 64] >> UInt64(index % 64) & 1 == 1 }

  /// How many images are classified rightly.
  public var correct: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The images that are classified wrongly, ascending.
  public var wrongImages: [Int] { (0..<count).filter { !self[$0] } }

  /// Returns how many images are right here and wrong in `other`.
  public func rightAlone(against other: Answers) -> Int {
    precondition(count == other.count, "answers to \(count) and to \(other.count) images")
    return zip(words, other.words).reduce(0) { $0 + ($1.0 & ~$1.1).nonzeroBitCount }
  }
}
