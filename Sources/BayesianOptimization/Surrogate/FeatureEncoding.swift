import Foundation
import SearchSpaces

/// How an architecture becomes columns in which the kernel measures distances, and which columns
/// belong together.
///
/// The terms of the kernel follow from the space:
/// - *trend*: the covariates, such as log MACs and log latency;
/// - *decisions*: the ordinal parameters on 0 … 1 times the categorical ones, by their codes;
/// - *recipe*: the decisions of a training's recipe once more, alone, where there are any: what helps one student mostly
///   helps the others, and the product of all decisions would have to learn that student by student;
/// - for each graph that the space declares: its *edges*, *counts* and *shape* (see `GraphFeatures`), each
///   with one length scale. A parameter that only names an edge's operation is seen through the graph.
///
/// An ordinal parameter that may be inactive has two columns, (x, 0) if it is active and (½, ½)
/// if not: two architectures without it agree in it, and any value is about as far from none as
/// any other. An inactive categorical parameter is one more value. The kernel is positive definite
/// whatever is active.
struct FeatureEncoding: Sendable {
  let terms: [KernelTerm]
  let columnCount: Int
  /// The number of length scales.
  let scaleCount: Int

  /// The operations by edge are details compared with shape and counts: at a full share every cell would
  /// seem to be a case of its own while trials are few.
  private static let edgeShare = 0.1

  private let covariateCount: Int
  private let ordinals: [(parameter: Int, mayBeInactive: Bool)]
  private let categoricals: [Int]
  /// Those of them that are decisions of the recipe.
  private let recipe: (ordinals: [(parameter: Int, mayBeInactive: Bool)], categoricals: [Int])
  private let graphs: [GraphFeatures]

  /// Creates the encoding of a space's architectures, each with `covariateCount` covariates.
  init(space: SearchSpace, covariateCount: Int) {
    self.covariateCount = covariateCount
    graphs = space.graphs.map(GraphFeatures.init)
    let onEdges = Set(space.graphs.flatMap { $0.edges.map(\.parameter) })
    var ordinals: [(parameter: Int, mayBeInactive: Bool)] = []
    var categoricals: [Int] = []
    // What is decided distinguishes no two architectures.
    let skipped = onEdges.union(space.decidedParameters)
    for (index, kind) in space.featureKinds.enumerated() where !skipped.contains(index) {
      if kind == .ordinal {
        ordinals.append((index, !space.parameters[index].conditions.isEmpty))
      } else {
        categoricals.append(index)
      }
    }
    (self.ordinals, self.categoricals) = (ordinals, categoricals)
    let recipeOrdinals = ordinals.filter { $0.parameter >= space.networkParameterCount }
    let recipeCategoricals = categoricals.filter { $0 >= space.networkParameterCount }
    recipe = (recipeOrdinals, recipeCategoricals)

    var layout = BlockLayout()
    var terms: [KernelTerm] = []
    func addTerm(_ name: String, share: Double = 1, _ blocks: FeatureBlock?...) {
      let present = blocks.compactMap { $0 }
      if !present.isEmpty { terms.append(KernelTerm(name: name, blocks: present, share: share)) }
    }
    addTerm("trend", layout.block(.euclidean, widths: Array(repeating: 1, count: covariateCount)))
    addTerm(
      "decisions", layout.block(.euclidean, widths: ordinals.map { $0.mayBeInactive ? 2 : 1 }),
      layout.block(.hamming, widths: categoricals.map { _ in 1 }))
    addTerm(
      "recipe",
      layout.block(.euclidean, widths: recipeOrdinals.map { $0.mayBeInactive ? 2 : 1 }),
      layout.block(.hamming, widths: recipeCategoricals.map { _ in 1 }))
    for graph in graphs {
      addTerm(
        "edges", share: FeatureEncoding.edgeShare,
        layout.block(.hamming, widths: [graph.edgeCount]))
      addTerm("counts", layout.block(.euclidean, widths: [graph.countCount]))
      addTerm("shape", layout.block(.euclidean, widths: [graph.shapeCount]))
    }
    self.terms = terms
    columnCount = layout.columnCount
    scaleCount = layout.scaleCount
  }

  /// Returns the columns of an architecture.
  ///
  /// - Parameters:
  ///   - features: As `SearchSpace.features(of:)` returns them.
  ///   - covariates: On a scale of about 0 … 1.
  func row(of architecture: Architecture, features: [Double], covariates: [Double]) -> [Double] {
    precondition(
      covariates.count == covariateCount, "\(covariates.count) covariates, not \(covariateCount)")
    var row = covariates
    append(ordinals, categoricals, of: features, to: &row)
    append(recipe.ordinals, recipe.categoricals, of: features, to: &row)
    for graph in graphs {
      let columns = graph.columns(of: architecture)
      row += columns.edges
      row += columns.counts
      row += columns.shape
    }
    return row
  }

  private func append(
    _ ordinals: [(parameter: Int, mayBeInactive: Bool)], _ categoricals: [Int],
    of features: [Double], to row: inout [Double]
  ) {
    for (parameter, mayBeInactive) in ordinals {
      let isInactive = features[parameter] == SearchSpace.inactiveFeature
      row.append(isInactive ? 0.5 : features[parameter])
      if mayBeInactive { row.append(isInactive ? 0.5 : 0) }
    }
    for parameter in categoricals { row.append(features[parameter]) }
  }
}

/// Hands out columns and length scales to blocks, in order.
private struct BlockLayout {
  private(set) var columnCount = 0
  private(set) var scaleCount = 0

  /// Returns a block with one length scale for each of the widths, which are numbers of columns; nil if
  /// there are none.
  mutating func block(_ distance: FeatureBlock.Distance, widths: [Int]) -> FeatureBlock? {
    guard !widths.isEmpty else { return nil }
    let first = columnCount
    var scales: [Int] = []
    for width in widths {
      scales += Array(repeating: scaleCount, count: width)
      scaleCount += 1
    }
    columnCount += scales.count
    return FeatureBlock(
      distance: distance, correlation: distance == .hamming ? .exponential : .matern,
      columns: first..<columnCount, scaleOfColumn: scales)
  }
}
