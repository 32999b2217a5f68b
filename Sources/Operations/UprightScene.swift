import Formats
import Scenes
import Work

/// A model to be looked at.
enum UprightScene {
  /// The model with +y up, and the axis that was up in its file.
  static func read(
    _ path: String, up: UpAxis?, _ work: WorkContext
  ) throws -> (scene: Scene, up: UpAxis) {
    let scene = try SceneFile.read(path, log: work.log)
    guard scene.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", path)
    }
    let up = try up ?? SceneFormat(path: path).usualUp
    return (scene.turned(from: up, to: .y), up)
  }
}
