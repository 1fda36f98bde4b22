/// Gives buffers with known lifetimes fixed places in one arena, so that no step allocates.
///
/// Buffers are placed largest first, each at the lowest offset that no buffer alive at the same time
/// holds. Source: Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
/// arXiv:2001.03288 (greedy by size).
public struct ArenaLayout: Sendable {
  /// A buffer: how large, and the first and last step at which it holds something needed.
  public struct Request: Hashable, Sendable {
    public let floats: Int
    public let firstUse: Int
    public let lastUse: Int

    public init(floats: Int, firstUse: Int, lastUse: Int) {
      precondition(firstUse <= lastUse, "a buffer's last use comes before its first")
      (self.floats, self.firstUse, self.lastUse) = (floats, firstUse, lastUse)
    }
  }

  /// The offset of each request's buffer, in floats.
  public let offsets: [Int]
  /// The size of the arena, in floats.
  public let floats: Int

  /// Places `requests`; sizes are rounded up to `alignment` floats.
  public init(_ requests: [Request], alignment: Int = 16) {
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Int] = []
    var end = 0
    let order = requests.indices.sorted {
      (requests[$1].floats, $0) < (requests[$0].floats, $1)
    }
    func rounded(_ floats: Int) -> Int { (floats + alignment - 1) / alignment * alignment }
    for index in order {
      let request = requests[index]
      var offset = 0
      // `placed` is kept in the order of offsets, so one sweep finds the lowest gap.
      for other in placed
      where requests[other].firstUse <= request.lastUse
        && request.firstUse <= requests[other].lastUse
      {
        if offset + rounded(request.floats) <= offsets[other] { break }
        offset = max(offset, offsets[other] + rounded(requests[other].floats))
      }
      offsets[index] = offset
      end = max(end, offset + rounded(request.floats))
      let position = placed.firstIndex { offsets[$0] > offset } ?? placed.count
      placed.insert(index, at: position)
    }
    self.offsets = offsets
    self.floats = end
  }
}
