import Comparisons
import FrontFiles

/// The forms of a comparison of studies.
public struct ComparisonReport {
  private let model: ComparisonModel

  public init(_ comparison: StudyComparison) { model = ComparisonModel(comparison) }

  /// The answer in sentences, one for each compared study.
  public var answers: [String] { model.headline }

  /// A page for a browser that needs nothing else.
  public var html: String { ComparisonPage(model: model).text }

  /// The chart of all fronts.
  public var svg: String { ComparisonChart(model.comparison).file }

  public var json: String { ComparisonJSON(comparison: model.comparison).text }

  /// A text of less than 60,000 bytes for a pull request.
  ///
  /// - Parameter chart: The path of the chart from where the text will lie; nil without one.
  public func markdown(chart: String? = nil) -> String {
    ComparisonMarkdown(model: model, chart: chart).text
  }
}
