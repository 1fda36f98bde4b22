import Datasets
import FileFormats
import Foundation
import ONNXInference

/// A classifier in an ONNX file, run here: `{"onnx": "teacher.onnx", "input": {"layout": "NCHW", "scale": "0..1"}, …}`.
struct ONNXForm: TeacherForm {
  static let key = "onnx"
  static let changingKeys: [String] = [key, TeacherImages.key]
  static let pathKeys: [String] = [key] + TeacherImages.pathKeys

  /// Relative to the study's folder; external data lie next to it.
  var path: String
  var input: ONNXInput
  /// Files of the data's images in its own size; nil where it sees those of its students.
  var images: TeacherImages?
  /// Which of the graph's outputs holds the logits; nil for the only one.
  var output: String?
  /// What `study.json` says of the outputs; the kind may be left to the graph.
  var meaning: LogitMeaning
  /// Whether `study.json` says which kind it is.
  var statesKind: Bool
  /// The path of the teacher in `study.json`.
  var place: String

  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a teacher",
      known: [ONNXForm.key, TeacherImages.key, "input", "output"] + LogitMeaning.keys
        + OwnStandardization.keys)
    place = field.path
    path = try members.required(ONNXForm.key).text("the path of an ONNX file")
    input = try ONNXInput(members)
    images = try TeacherImages(members)
    output = try members["output"]?.text("the name of an output of the graph")
    statesKind = members["kind"] != nil
    meaning = try LogitMeaning(members, place: field.path, usualKind: .logits)
  }

  var withoutPaths: ONNXForm {
    var form = self
    (form.path, form.place, form.meaning.place) = ("", "", "")
    form.images = images?.withoutPaths
    return form
  }

  var origin: String { "the ONNX file \(path)" }
  var isGiven: Bool { true }

  func teacher(in setting: TeacherSetting) throws -> any Teacher {
    guard let images else { return try ONNXTeacher(form: self, in: setting) }
    let file = setting.path(path)
    return OwnImagesTeacher(
      images, in: setting,
      costs: {
        // Where the graph leaves the size of its images open, its costs depend on them.
        (try? ONNXClassifier(contentsOf: file, output: output)).map {
          TeacherCosts(macs: $0.macs, parameters: $0.parameters)
        }
      },
      bind: { try ONNXTeacher(form: self, in: $0) })
  }
}
