import Formats
import Foundation
import Scenes
import Work

/// Writes a scene with all its files, each whole or not at all.
enum ModelOutput {
  static func write(
    _ scene: Scene, as format: SceneFormat, to path: String, _ work: WorkContext
  ) throws -> [Artifact] {
    let url = URL(fileURLWithPath: path)
    let stem = url.deletingPathExtension().lastPathComponent
    let files = try SceneFile.encode(
      scene, as: format, stem: stem, log: work.log, cancellation: work.cancellation)
    try work.checkCancelled()
    let folder = path.contains("/") ? path[...path.lastIndex(of: "/")!] : ""
    let outputs = files.enumerated().map { index, file in
      (path: index == 0 ? path : folder + file.name, bytes: file.bytes)
    }
    try StagedFile.write(outputs)
    return outputs.enumerated().map { index, output in
      Artifact(
        path: output.path, mediaType: index == 0 ? format.mediaType : mediaType(output.path))
    }
  }

  private static func mediaType(_ name: String) -> String {
    switch URL(fileURLWithPath: name).pathExtension {
    case "png": "image/png"
    case "jpg": "image/jpeg"
    case "webp": "image/webp"
    case "bin": "application/octet-stream"
    default: "text/plain"
    }
  }
}
