/// A name that the blueprint may use without declaring it.
enum BuiltIn: String, CaseIterable, Sendable {
  /// The channels of the tensor that enters the element.
  case channels
  /// The height of that tensor, in rows.
  case height
  /// The classes of the data set.
  case classes
}
