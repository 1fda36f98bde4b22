import RandomStreams

extension RandomStream {
  /// Returns the numbers below `count` in a random order.
  ///
  /// Source: Durstenfeld, CACM 7(7), 1964, doi:10.1145/364520.364540.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}
