import FileFormats
import Foundation
import Studies

extension StudyReport {
  /// Compares the files in a folder with those that `write(into:)` would make.
  ///
  /// - Returns: An item for each file, its path as `folder` has it.
  public func verification(in folder: String, remedy: String) -> [StudyVerification.Item] {
    files.map { name, text in
      let path = (folder as NSString).appendingPathComponent(name)
      func item(_ condition: StudyVerification.Condition, _ detail: String = "")
        -> StudyVerification.Item
      {
        StudyVerification.Item(
          path: path, condition: condition, detail: detail,
          remedy: condition == .intact ? nil : remedy)
      }
      guard FileManager.default.fileExists(atPath: path) else { return item(.missing) }
      guard let found = try? MappedFile(path).withUnsafeBytes({ Data($0) }) else {
        return item(.damaged, "it cannot be read")
      }
      return found == Data(text.utf8)
        ? item(.intact) : item(.damaged, "not what the journal and this version give")
    }
  }
}
