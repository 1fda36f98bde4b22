import Datasets
import FileFormats
import Foundation

/// Files of the data's images that a teacher sees instead of the students' ones, of its own size:
/// `"images": {"train": "train-224.npy", "test": "test-224.npy"}`.
package struct TeacherImages: Hashable, Sendable {
  static let key = "images"
  static let pathKeys = [key, "train", "validation", "test"]

  /// Relative to the study's folder.
  var files: OtherImages
  /// The path of the field in `study.json`.
  var place: String

  /// Reads `"images"` of a teacher; nil where it is missing.
  ///
  /// - Throws: `JSONError` naming the field.
  init?(_ members: JSONMembers) throws(JSONError) {
    guard let field = members[TeacherImages.key] else { return nil }
    let images = try field.members(
      of: "the images that a teacher sees", known: ["train", "validation", "test", "layout"])
    place = field.path
    files = OtherImages(
      train: try images.required("train").text("the file of the images"),
      validation: try images["validation"]?.text("the file of the images"),
      test: try images["test"]?.text("the file of the images"),
      layout: try images["layout"]?.choice(PixelLayout.self))
  }

  var withoutPaths: TeacherImages {
    var images = self
    (images.place, images.files.layout) = ("", nil)
    images.files.train = ""
    images.files.validation = files.validation.map { _ in "" }
    images.files.test = files.test.map { _ in "" }
    return images
  }

  /// What names of folders of prepared images begin with, next to the data's own files.
  static let folderPrefix = "teacher-"

  /// Returns the names of all such folders that are there, those of earlier teachers and links among them.
  ///
  /// - Parameter folder: That of the study's prepared data.
  package static func folders(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix(folderPrefix) }.sorted()
  }

  /// The folder of the prepared images: the same for teachers that name the same files.
  var folderName: String {
    let names = [files.train, files.validation ?? "", files.test ?? ""]
    let hash = ContentHash.hexadecimal(of: "\(names)|\(files.layout?.rawValue ?? "")")
    return TeacherImages.folderPrefix + hash.prefix(8)
  }

  /// Returns what a teacher is bound to that sees these images: the same splits of them.
  ///
  /// They are prepared next to the data, once for all teachers that name the same files.
  ///
  /// - Throws: `JSONError` naming the field that does not fit the data, and what `PreparedDataset.prepare` throws.
  func setting(_ setting: TeacherSetting) throws -> TeacherSetting {
    let folder = (setting.dataset.folder as NSString).appendingPathComponent(folderName)
    let dataset = try naming(setting.file) {
      try setting.dataset.prepare(files, baseFolder: setting.baseFolder, into: folder)
    }
    var own = setting
    own.reader = BatchReader(dataset, augmentingAs: setting.dataset)
    return own
  }

  /// Has errors about fields of the data name those of the images, where these are meant.
  private func naming<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    func own(_ field: String) -> String {
      for split in ["train", "validation", "test"] where field == "data.\(split)_images" {
        return "\(place).\(split)"
      }
      return field
    }
    return try DatasetError.naming(file) {
      do {
        return try body()
      } catch DatasetError.invalidField(let field, let found, let expected) {
        throw DatasetError.invalidField(field: own(field), found: found, expected: expected)
      } catch DatasetError.missingFile(let field, let lookedFor, let suggestion) {
        throw DatasetError.missingFile(
          field: own(field), lookedFor: lookedFor, suggestion: suggestion)
      } catch DatasetError.invalidData(let path, let location, let found, let expected) {
        let named = expected.replacing("under \"data\"", with: "under \"\(place)\"")
        throw DatasetError.invalidData(
          file: path, location: location, found: found, expected: named)
      }
    }
  }
}
