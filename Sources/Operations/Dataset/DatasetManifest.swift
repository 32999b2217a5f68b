import Archives
import Datasets
import Formats
import Foundation
import LinearMath
import Rendering
import Scenes
import Settings
import Views
import Work

/// `manifest.json` of a training set.
enum DatasetManifest {
  private static func setFromSource(_ prepared: PreparedScene, _ sourceUp: UpAxis) -> Matrix4 {
    let zUp = Matrix4(linear: Conventions.zUpFromYUp)
    let turn = sourceUp == .z ? Matrix4(linear: Conventions.zUpFromYUp.transposed) : .identity
    return zUp * prepared.worldFromSource * turn
  }

  /// What somebody needs to know to make the same set again, and to read it right. Holds nothing that
  /// differs between two runs of the same call.
  static func json(
    _ call: VerbCall<ExportDatasetSettings>, _ path: String, _ scene: Scene,
    _ prepared: PreparedScene, sourceUp: UpAxis, _ renderer: borrowing Renderer
  ) throws -> JSONValue {
    guard let digest = Digest.sha256(ofFile: path) else {
      throw InputError("unreadable-file", "the file cannot be read a second time", path)
    }
    let files = try [
      ("environment", call.options.render.environment), ("cameras", call.options.views.cameras),
    ].compactMap { key, path -> (key: String, value: JSONValue)? in
      guard let path else { return nil }
      guard let digest = Digest.sha256(ofFile: path) else {
        throw InputError("unreadable-file", "the file cannot be read a second time", path)
      }
      return (key, .string(digest))
    }
    let settings = call.options.json.object!.filter {
      !ExportDatasetSettings.besides.contains($0.key)
    }
    return [
      "generator": "Maquette", "version": .string(maquetteVersion),
      "verb": .string(ExportDataset.name),
      "preset": call.preset.map { .string($0) } ?? .null, "seed": .integer(Int(call.seed)),
      "engine": .string(renderer.engineName), "device": .string(renderer.deviceName),
      "settings": .object(settings),
      "source": [
        "name": .string(URL(fileURLWithPath: path).lastPathComponent), "sha256": .string(digest),
        // Pictures and buffers that lie beside the file count too.
        "contentSHA256": .string(
          Digest.sha256(
            of: try SceneFile.encode(scene, as: .glb, stem: "model", log: LogSink())[0].bytes)),
        "triangles": .integer(prepared.triangleCount),
      ],
      "files": .object(files),
      "model": [
        "setFromSource": .array(
          setFromSource(prepared, sourceUp).rows.map {
            .array($0.map { .number($0) })
          }),
        "sourceUp": .string(sourceUp.rawValue), "objectRadius": 1.0,
      ],
      "conventions": DatasetConventions.json(call.options.dataset),
    ]
  }
}
