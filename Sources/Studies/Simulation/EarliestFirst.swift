/// Numbers, each with a time: the earliest is taken first, of equal times the smallest number.
struct EarliestFirst {
  typealias Element = (time: Double, number: Int)

  // A binary heap: no element is later than those at 2i + 1 and 2i + 2.
  private var elements: [Element] = []

  init() {}

  /// - Parameter count: The numbers 0 ..< `count`, all at `time`: a heap as they stand.
  init(_ count: Int, at time: Double) { elements = (0..<count).map { (time, $0) } }

  var isEmpty: Bool { elements.isEmpty }
  var first: Element? { elements.first }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0, elements[index] < elements[(index - 1) / 2] {
      elements.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func takeFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    if elements.isEmpty { return first }
    elements[0] = last
    var index = 0
    while true {
      let children = (2 * index + 1)..<min(2 * index + 3, max(2 * index + 1, elements.count))
      guard let child = children.min(by: { elements[$0] < elements[$1] }),
        elements[child] < elements[index]
      else { return first }
      elements.swapAt(index, child)
      index = child
    }
  }
}
