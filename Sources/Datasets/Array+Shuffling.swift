import RandomStreams

extension [Int] {
  /// Brings the elements into random order (Fisher and Yates), the same for the same stream on
  /// every version of Swift, which the standard library's shuffle does not promise.
  mutating func shuffleInPlace(_ stream: inout RandomStream) {
    withUnsafeMutableBufferPointer { elements in
      for last in stride(from: elements.count - 1, to: 0, by: -1) {
        elements.swapAt(last, stream.integer(below: last + 1))
      }
    }
  }
}
