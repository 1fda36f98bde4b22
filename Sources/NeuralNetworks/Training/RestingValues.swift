/// The parameters and statistics that a training leaves as they are.
///
/// They have gradients and moments of the batch like all others, but neither these nor the decay move them.
public struct RestingValues: Hashable, Sendable {
  /// Of the buffer of parameters, ascending, apart from each other.
  let parameters: [Range<Int>]
  /// Of the buffer of running statistics, ascending, apart from each other.
  let statistics: [Range<Int>]

  public static let none = RestingValues(nodes: [], layout: nil)

  /// Those of some nodes.
  public init(nodes: Set<Int>, in layout: ParameterLayout) {
    self.init(nodes: nodes, layout: layout)
  }

  private init(nodes: Set<Int>, layout: ParameterLayout?) {
    func ranges(_ tensors: [ParameterLayout.Tensor]) -> [Range<Int>] {
      // Up to the next tensor, so that neighbours meet.
      tensors.filter { nodes.contains($0.node) }
        .map { $0.offset..<$0.offset + ($0.count + 15) / 16 * 16 }
        .reduce(into: []) { ranges, next in
          if let last = ranges.last, last.upperBound == next.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<next.upperBound
          } else {
            ranges.append(next)
          }
        }
    }
    parameters = ranges(layout?.parameters ?? [])
    statistics = ranges(layout?.statistics ?? [])
  }

  /// Returns what of a range of parameters moves, ascending.
  func moving(in range: Range<Int>) -> [Range<Int>] {
    var (moving, start): ([Range<Int>], Int) = ([], range.lowerBound)
    for rest in parameters where rest.overlaps(range) {
      if start < rest.lowerBound { moving.append(start..<rest.lowerBound) }
      start = rest.upperBound
    }
    if start < range.upperBound { moving.append(start..<range.upperBound) }
    return moving
  }
}
