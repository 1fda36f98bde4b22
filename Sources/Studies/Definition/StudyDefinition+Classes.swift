import Datasets

extension StudyDefinition {
  /// What the classes of the data set are called, in the order of their numbers; nil if it does not say so.
  public var classNames: [String]? { data.classNames }
}
