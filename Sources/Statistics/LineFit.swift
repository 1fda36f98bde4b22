/// A straight line y = ȳ + b·(x − x̄), fitted by ordinary least squares, with the errors of its predictions.
public struct LineFit: Hashable, Sendable {
  /// b; 0 where all inputs are equal.
  public let slope: Double
  /// The standard deviation of the outputs around the line, with n − 2 degrees of freedom.
  public let residualDeviation: Double

  private let count: Double
  private let meanInput: Double
  private let meanOutput: Double
  /// The sum of squared distances of the inputs from their mean.
  private let spread: Double

  /// Fits the line.
  ///
  /// - Parameters:
  ///   - outputs: At least three finite numbers.
  ///   - inputs: As many finite numbers.
  ///   - leastSlope: A line that would be flatter, or fall more, gets this slope instead; at most 0.
  public init(of outputs: [Double], on inputs: [Double], leastSlope: Double = -.infinity) {
    precondition(
      outputs.count > 2 && inputs.count == outputs.count,
      "a line through \(outputs.count) outputs at \(inputs.count) inputs")
    let count = Double(outputs.count)
    let meanInput = inputs.reduce(0, +) / count
    let meanOutput = outputs.reduce(0, +) / count
    let spread = inputs.reduce(0) { $0 + ($1 - meanInput) * ($1 - meanInput) }
    let product = zip(inputs, outputs).reduce(0) {
      $0 + ($1.0 - meanInput) * ($1.1 - meanOutput)
    }
    let slope = spread > 0 ? max(leastSlope, product / spread) : 0
    let squares = zip(inputs, outputs).reduce(0) { sum, pair in
      let residual = pair.1 - meanOutput - slope * (pair.0 - meanInput)
      return sum + residual * residual
    }
    (self.count, self.meanInput, self.meanOutput) = (count, meanInput, meanOutput)
    (self.spread, self.slope) = (spread, slope)
    residualDeviation = (squares / (count - 2)).squareRoot()
  }

  /// Returns the output to expect at an input, and the standard error of one output there: at least the
  /// residual deviation, and more the further the input lies from those of the fit.
  public func prediction(at input: Double) -> (output: Double, standardError: Double) {
    let distance = input - meanInput
    let leverage = spread > 0 ? distance * distance / spread : 0
    return (
      meanOutput + slope * distance,
      residualDeviation * (1 + 1 / count + leverage).squareRoot()
    )
  }
}
