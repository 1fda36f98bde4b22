import DeployedModels

extension MicroProgram {
  /// A program that runs one image under TensorFlow Lite Micro.
  func main(header: String) -> String {
    let stem = header.dropLast(2)
    let adds = operators.map { "  if (resolver.Add\($0)() != kTfLiteOk) return 1;" }
    return """
      // Runs the student on one image under TensorFlow Lite Micro. Build it with the runtime's library, which
      // `make -f tensorflow/lite/micro/tools/make/Makefile microlite` makes:
      //
      //   cc -c \(stem).c
      //   c++ -std=c++17 -I TFLM -I TFLM/…/flatbuffers/include -I TFLM/…/gemmlowp \\
      //     \(stem)_main.cc \(stem).o libtensorflow-microlite.a
      //
      // On a computer the image comes from standard input, on a device from its camera.
      #include <cstdio>

      #include "\(header)"
      #include "tensorflow/lite/micro/micro_interpreter.h"
      #include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
      #include "tensorflow/lite/schema/schema_generated.h"

      alignas(16) static uint8_t arena[STUDENT_ARENA_BYTES];
      // \(pixels.storedPixels == .bytes ? "Bytes from 0 to 255" : "Pixels as the data set has them"): rows, columns, channels.
      static \(pixels.storedPixels.cType) image[STUDENT_INPUT_COUNT];

      int main() {
        const tflite::Model* model = tflite::GetModel(student);
        if (model->version() != TFLITE_SCHEMA_VERSION) return 1;
        static tflite::MicroMutableOpResolver<\(operators.count)> resolver;
      \(adds.joined(separator: "\n"))
        static tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena));
        if (interpreter.AllocateTensors() != kTfLiteOk) {
          std::printf("the arena of %u bytes is too small\\n", unsigned(sizeof(arena)));
          return 1;
        }
        if (std::fread(image, sizeof(image), 1, stdin) != 1) {
          std::printf("expected an image of %u bytes in standard input\\n", unsigned(sizeof(image)));
          return 1;
        }
        \(input.type.cType)* pixels = interpreter.input(0)->data.\(input.type.cMember);
        for (int i = 0; i < STUDENT_INPUT_COUNT; ++i) {
          pixels[i] = student_input(image[i], i % STUDENT_CHANNELS);
        }
        if (interpreter.Invoke() != kTfLiteOk) return 1;
        const \(output.type.cType)* outputs = interpreter.output(0)->data.\(output.type.cMember);
        int best = 0;
        for (int i = 1; i < STUDENT_CLASSES; ++i) {
          if (outputs[i] > outputs[best]) best = i;
        }
      \(naming)
        std::printf("arena: %u bytes\\n", unsigned(interpreter.arena_used_bytes()));
        return 0;
      }

      """
  }

  /// The lines that say the class.
  private var naming: String {
    classNames.isEmpty
      ? #"  std::printf("class %d\n", best);"#
      : #"  std::printf("class %d: %s\n", best, student_class_names[best]);"#
  }
}
