/// A graph of a blueprint, such as the cell of a cell-based space: its nodes are sums, and parameters
/// choose the operations on its edges.
///
/// Node 0 is what enters, the last node what leaves; every edge leads to a node of a higher number.
public struct DeclaredGraph: Hashable, Sendable {
  /// What a value of an edge's parameter puts there.
  public enum Role: Hashable, Sendable {
    /// No edge.
    case absent
    /// The tensor as it is.
    case identity
    /// The operation with this index into `operationNames`.
    case operation(Int)
  }

  /// An edge whose operation a parameter chooses.
  public struct Edge: Hashable, Sendable {
    public let from: Int
    public let to: Int
    /// The index of the parameter in the space.
    public let parameter: Int
    /// What each of the parameter's values means here.
    public let roles: [Role]
  }

  public let nodeCount: Int
  /// In the order of the file.
  public let edges: [Edge]
  /// The operations that change a tensor, as the file names them.
  public let operationNames: [String]
}

/// What is left of a declared graph for one architecture: the edges on a path from the input to the
/// output. The others make no difference to what the network computes.
public struct LiveGraph: Hashable, Sendable {
  /// An edge that is on such a path.
  public struct Edge: Hashable, Sendable {
    /// The index of the edge in the declared graph.
    public let index: Int
    public let from: Int
    public let to: Int
    /// The index of the operation; nil for the identity.
    public let operation: Int?
  }

  public let nodeCount: Int
  /// In the order of the declared graph; empty if nothing leads from the input to the output.
  public let edges: [Edge]
}

extension DeclaredGraph {
  /// Returns what is left of the graph for an architecture.
  public func live(in architecture: Architecture) -> LiveGraph {
    let present = present(in: architecture)
    var isReached = [Bool](repeating: false, count: nodeCount)
    var isUsed = isReached
    isReached[0] = true
    isUsed[nodeCount - 1] = true
    for edge in present.sorted(by: { $0.from < $1.from }) where isReached[edge.from] {
      isReached[edge.to] = true
    }
    for edge in present.sorted(by: { $0.to > $1.to }) where isUsed[edge.to] {
      isUsed[edge.from] = true
    }
    return LiveGraph(
      nodeCount: nodeCount, edges: present.filter { isReached[$0.from] && isUsed[$0.to] })
  }
}

extension DeclaredGraph {
  /// Returns the edges that an architecture puts somewhere but on no path from input to output.
  func idle(in architecture: Architecture) -> [LiveGraph.Edge] {
    let live = Set(live(in: architecture).edges.map(\.index))
    return present(in: architecture).filter { !live.contains($0.index) }
  }

  /// Returns the edges that an architecture does not leave out.
  private func present(in architecture: Architecture) -> [LiveGraph.Edge] {
    edges.enumerated().compactMap { index, edge in
      switch edge.roles[architecture.choices[edge.parameter]] {
      case .absent: nil
      case .identity:
        LiveGraph.Edge(index: index, from: edge.from, to: edge.to, operation: nil)
      case .operation(let operation):
        LiveGraph.Edge(index: index, from: edge.from, to: edge.to, operation: operation)
      }
    }
  }
}
