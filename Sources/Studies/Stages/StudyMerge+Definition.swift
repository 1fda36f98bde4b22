import FileFormats
import Foundation

extension StudyMerge {
  /// The first study's `study.json`, with paths that lead there from anywhere.
  ///
  /// - Parameter trials: What `search.trials` says.
  func definition(trials: Int) -> String {
    let first = parts[0]
    let base = URL(filePath: first.inputs.folder.path).standardizedFileURL.path
    var json = first.inputs.definition.json
    json = json.replacing("name") { _ in
      .text(parts.map { $0.inputs.definition.name }.joined(separator: " + "))
    }
    json = json.removing("warm_start")
    for field in ["search_space", "hardware", "data", "teacher"] {
      json = json.replacing(field) { $0.movingPaths(to: base) }
    }
    // What was asked for by key has been tried, or the study was not finished: then others have been.
    let search = (json.member("search") ?? .object([])).setting("trials", .integer(trials))
      .removing("enqueue")
    json = json.setting("search", search)
    if let fraction = first.state.flashFraction {
      // The full training has become longer, the flash trainings have not.
      let flash = (json.member("flash") ?? .object([])).setting("fraction", .number(fraction))
        .setting("images_per_class", .integer(0))
      json = json.setting("flash", flash)
    }
    return json.text.formatted + "\n"
  }
}
