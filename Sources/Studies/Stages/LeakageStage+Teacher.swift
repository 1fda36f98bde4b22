import FileFormats
import Teachers

extension LeakageStage {
  /// Checks that the teacher can be trained on halves of the training images and asked about all of them, so that
  /// nothing is trained before that is known.
  ///
  /// - Parameter count: Shadows of the teacher.
  /// - Throws: `JSONError` naming the field.
  func checkTeacher(_ count: Int) throws {
    let without = "; --teacher-shadows 0 goes without them"
    let file = inputs.folder.definition
    guard !inputs.definition.teacher.isGiven else {
      throw JSONError.invalid(
        file: file, field: "teacher", value: "a teacher that was not trained by the study",
        expected:
          "a \"recipe\" for --teacher-shadows, by which the teacher is trained again on halves of the training "
          + "images" + without)
    }
    if let obstacle = inputs.teacher.obstacleToAsking {
      throw JSONError.invalid(
        file: file, field: "teacher", value: "a teacher that cannot be asked about single images",
        expected: "another one for --teacher-shadows: \(obstacle)" + without)
    }
    for number in 0..<count {
      do {
        _ = try inputs.teacherShadow(number)
      } catch let JSONError.invalid(file, field, value, expected) {
        throw JSONError.invalid(
          file: file, field: field, value: value,
          expected: expected
            + ", which for --teacher-shadows is half of the study's" + without)
      }
    }
  }
}
