/// Images of a batch that are far outside of what any image of the reference is, by one measure.
///
/// Tests compare distributions, and a few images more or less change none; one image of a broken camera is worth a look
/// all the same.
public struct Outliers: Hashable, Sendable {
  public let measure: Measure
  public let count: Int
  /// The value that is the farthest outside.
  public let farthest: Float
  /// The least and the largest value in the reference.
  public let least, largest: Float

  /// Finds those that lie outside by more than the whole range of the reference; nil where there are none.
  ///
  /// - Parameters:
  ///   - reference: The reference's values, ascending, not empty.
  ///   - batch: The batch's values, ascending.
  init?(_ measure: Measure, _ reference: [Float], _ batch: [Float]) {
    guard let least = reference.first, let largest = reference.last else { return nil }
    let range = largest - least
    let below = batch.prefix { $0 < least - range }
    let above = batch.reversed().prefix { $0 > largest + range }
    guard
      let farthest = [below.first, above.first].compactMap(\.self)
        .max(by: { max(least - $0, $0 - largest) < max(least - $1, $1 - largest) })
    else { return nil }
    (self.measure, count, self.farthest) = (measure, below.count + above.count, farthest)
    (self.least, self.largest) = (least, largest)
  }
}
