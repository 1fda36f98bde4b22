import Foundation
import SearchSpaces

/// What a surrogate sees of a declared graph: only edges on a path from the input to the output, since
/// the others change nothing.
///
/// - *edges*: for each declared edge the operation on it, −1 if it is not alive.
/// - *counts*: how many live edges hold each operation, and how many the identity.
/// - *shape*: for each operation the most that one path holds; the operations on the longest and on
///   the shortest path; the number of paths, as a logarithm; and whether there is one.
struct GraphFeatures: Sendable {
  let graph: DeclaredGraph

  var edgeCount: Int { graph.edges.count }
  var countCount: Int { graph.operationNames.count + 1 }
  var shapeCount: Int { graph.operationNames.count + 4 }

  /// The columns of one architecture.
  struct Columns {
    var edges: [Double]
    var counts: [Double]
    var shape: [Double]
  }

  func columns(of architecture: Architecture) -> Columns {
    let live = graph.live(in: architecture)
    let operations = graph.operationNames.count
    var columns = Columns(
      edges: Array(repeating: -1, count: edgeCount),
      counts: Array(repeating: 0, count: countCount),
      shape: Array(repeating: 0, count: shapeCount))
    for edge in live.edges {
      let operation = edge.operation ?? operations
      columns.edges[edge.index] = Double(operation)
      columns.counts[operation] += 1
    }
    if !live.edges.isEmpty { columns.shape = shape(of: live) }
    return columns
  }

  /// Returns what the paths to the output hold, node by node from the input.
  private func shape(of live: LiveGraph) -> [Double] {
    let operations = graph.operationNames.count
    var most = Array(repeating: Array(repeating: 0.0, count: operations), count: live.nodeCount)
    var longest = Array(repeating: 0.0, count: live.nodeCount)
    var shortest = Array(repeating: Double.infinity, count: live.nodeCount)
    var paths = Array(repeating: 0.0, count: live.nodeCount)
    (shortest[0], paths[0]) = (0, 1)
    for edge in live.edges.sorted(by: { ($0.to, $0.from) < ($1.to, $1.from) }) {
      let step = edge.operation == nil ? 0.0 : 1.0
      longest[edge.to] = max(longest[edge.to], longest[edge.from] + step)
      shortest[edge.to] = min(shortest[edge.to], shortest[edge.from] + step)
      paths[edge.to] += paths[edge.from]
      for operation in 0..<operations {
        let held = most[edge.from][operation] + (edge.operation == operation ? 1 : 0)
        most[edge.to][operation] = max(most[edge.to][operation], held)
      }
    }
    let output = live.nodeCount - 1
    return most[output] + [longest[output], shortest[output], log2(1 + paths[output]), 1]
  }
}
