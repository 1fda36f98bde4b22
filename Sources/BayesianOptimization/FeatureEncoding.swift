import SearchSpaces

/// Points as rows of columns, in memory order, every row padded with zeros to whole blocks.
struct EncodedPoints: Sendable {
  /// The number of columns of a row, padding included.
  let stride: Int
  /// The rows, one after the other.
  var storage: [Double] = []

  /// The number of points.
  var count: Int { stride == 0 ? 0 : storage.count / stride }

  init(stride: Int) { self.stride = stride }

  mutating func append(contentsOf other: EncodedPoints) {
    storage += other.storage
  }
}

/// How an architecture becomes columns in which the kernel measures Euclidean distances.
///
/// Three blocks, each padded to whole SIMD vectors:
/// - *trend*: the covariates, such as log MACs and log latency;
/// - *detail*: the ordinal parameters on 0 … 1;
/// - *category*: one column per value of each categorical parameter, 1/√2 where it is taken, so
///   that two different values lie at distance 1.
///
/// An ordinal parameter that may be inactive has two columns, (x, 0) if it is active and (½, ½)
/// if not: two architectures without it agree in it, and any value is about as far from none as
/// any other. An inactive categorical parameter is one more value. Distances being Euclidean, the
/// kernel is positive definite whatever is active.
struct FeatureEncoding: Sendable {
  /// The columns of each block, padding included.
  let trend: Range<Int>
  let detail: Range<Int>
  let category: Range<Int>
  /// For each column the length scale that it is divided by; nil for padding.
  let scaleOfColumn: [Int?]
  /// How many length scales each block has, in the order of the blocks.
  let scaleCounts: (trend: Int, detail: Int, category: Int)

  private let columns: [ParameterColumns]
  private let covariateCount: Int

  /// Where the columns of a parameter start, and how they are filled.
  private struct ParameterColumns: Sendable {
    let first: Int
    let kind: FeatureKind
    let mayBeInactive: Bool
  }

  static let blockWidth = 8

  /// Creates the encoding of a space's architectures with so many covariates each.
  init(space: SearchSpace, covariateCount: Int) {
    self.covariateCount = covariateCount
    let kinds = space.featureKinds
    let mayBeInactive = space.parameters.map { !$0.conditions.isEmpty }
    var scales: [Int?] = Array(0..<covariateCount)
    func pad() {
      while scales.count % FeatureEncoding.blockWidth != 0 { scales.append(nil) }
    }
    pad()
    trend = 0..<scales.count

    var nextScale = covariateCount
    var columns = [ParameterColumns?](repeating: nil, count: kinds.count)
    for (index, kind) in kinds.enumerated() where kind == .ordinal {
      columns[index] = ParameterColumns(
        first: scales.count, kind: kind, mayBeInactive: mayBeInactive[index])
      scales += Array(repeating: nextScale, count: mayBeInactive[index] ? 2 : 1)
      nextScale += 1
    }
    pad()
    detail = trend.upperBound..<scales.count
    let detailCount = nextScale - covariateCount

    for (index, kind) in kinds.enumerated() {
      guard case .categorical(let count) = kind else { continue }
      columns[index] = ParameterColumns(
        first: scales.count, kind: kind, mayBeInactive: mayBeInactive[index])
      scales += Array(repeating: nextScale, count: count + (mayBeInactive[index] ? 1 : 0))
      nextScale += 1
    }
    pad()
    category = detail.upperBound..<scales.count
    scaleCounts = (covariateCount, detailCount, nextScale - covariateCount - detailCount)
    scaleOfColumn = scales
    self.columns = columns.compactMap { $0 }
  }

  /// The number of columns of a point, padding included.
  var stride: Int { scaleOfColumn.count }

  /// Appends a point.
  ///
  /// - Parameters:
  ///   - features: As `SearchSpace.features(of:)` returns them.
  ///   - covariates: On a scale of about 0 … 1.
  func append(features: [Double], covariates: [Double], to points: inout EncodedPoints) {
    precondition(
      covariates.count == covariateCount, "\(covariates.count) covariates, not \(covariateCount)")
    let start = points.storage.count
    points.storage += repeatElement(0, count: stride)
    for (index, covariate) in covariates.enumerated() {
      points.storage[start + index] = covariate
    }
    for (feature, column) in zip(features, columns) {
      let first = start + column.first
      let isInactive = feature == SearchSpace.inactiveFeature
      switch column.kind {
      case .ordinal:
        points.storage[first] = isInactive ? 0.5 : feature
        if column.mayBeInactive { points.storage[first + 1] = isInactive ? 0.5 : 0 }
      case .categorical(let count):
        points.storage[first + (isInactive ? count : Int(feature))] = 0.5.squareRoot()
      }
    }
  }
}
