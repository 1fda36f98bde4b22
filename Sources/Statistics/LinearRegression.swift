/// A linear function with a constant term, fitted by ordinary least squares.
///
/// A column that the constant and the columns before it make up, to one part in 10⁹, has no part in it.
/// The fit is by Gram–Schmidt orthogonalisation of the centred columns.
public struct LinearRegression: Sendable, Hashable {
  /// One slope a column, 0 for those that have no part.
  public let slopes: [Double]

  private let columnMeans: [Double]
  private let outputMean: Double

  private static let tolerance = 1e-9

  /// Fits a function.
  ///
  /// - Parameters:
  ///   - outputs: At least one finite number.
  ///   - columns: As many finite numbers for each input.
  public init(of outputs: [Double], on columns: [[Double]]) {
    precondition(!outputs.isEmpty, "a regression needs an output")
    precondition(
      columns.allSatisfy { $0.count == outputs.count },
      "columns of \(columns.map(\.count)) for \(outputs.count) outputs")
    let count = Double(outputs.count)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / count }
    columnMeans = columns.map(mean)
    outputMean = mean(outputs)

    // Each basis vector and how it is made of the columns.
    var basis: [(vector: [Double], parts: [Double])] = []
    for (index, column) in columns.enumerated() {
      let center = columnMeans[index]
      var vector = column.map { $0 - center }
      var parts = columns.indices.map { $0 == index ? 1.0 : 0 }
      let length = norm(vector)
      // Twice: one pass leaves what rounding brings in.
      for _ in 0..<2 {
        for earlier in basis {
          let product = dot(earlier.vector, vector)
          for row in vector.indices { vector[row] -= product * earlier.vector[row] }
          for place in parts.indices { parts[place] -= product * earlier.parts[place] }
        }
      }
      let rest = norm(vector)
      guard rest > LinearRegression.tolerance * max(length, abs(center)) else { continue }
      basis.append((vector.map { $0 / rest }, parts.map { $0 / rest }))
    }
    var slopes = [Double](repeating: 0, count: columns.count)
    let center = outputMean
    let centered = outputs.map { $0 - center }
    for (vector, parts) in basis {
      let product = dot(vector, centered)
      for place in slopes.indices { slopes[place] += product * parts[place] }
    }
    self.slopes = slopes
  }

  /// Returns the function's value.
  public func prediction(at inputs: [Double]) -> Double {
    precondition(inputs.count == slopes.count, "\(inputs.count) inputs of \(slopes.count)")
    return slopes.indices.reduce(outputMean) {
      $0 + slopes[$1] * (inputs[$1] - columnMeans[$1])
    }
  }
}

extension LinearRegression {
  /// Returns what the columns leave unexplained of the outputs; all zeros if they explain them to one
  /// part in 10⁹, since what is left then is rounding.
  public static func residuals(of outputs: [Double], on columns: [[Double]]) -> [Double] {
    guard !outputs.isEmpty else { return [] }
    let regression = LinearRegression(of: outputs, on: columns)
    let residuals = outputs.indices.map { row in
      outputs[row] - regression.prediction(at: columns.map { $0[row] })
    }
    let spread = norm(outputs.map { $0 - regression.outputMean })
    let size = max(spread, tolerance * abs(regression.outputMean))
    return norm(residuals) > tolerance * size ? residuals : outputs.map { _ in 0 }
  }

  /// Returns for each output the prediction of a fit to the others.
  ///
  /// - Parameter outputs: At least two.
  public static func leaveOneOutPredictions(
    of outputs: [Double], on columns: [[Double]]
  ) -> [Double] {
    outputs.indices.map { left in
      var others = outputs
      others.remove(at: left)
      let rest = columns.map { column in
        var column = column
        column.remove(at: left)
        return column
      }
      return LinearRegression(of: others, on: rest).prediction(at: columns.map { $0[left] })
    }
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
private func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
