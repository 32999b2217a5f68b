import Archives
import Datasets
import Foundation
import LinearMath
import Rendering
import Scenes
import Settings
import Views

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
    _ call: VerbCall<ExportDatasetSettings>, _ path: String, _ prepared: PreparedScene,
    sourceUp: UpAxis, _ renderer: borrowing Renderer
  ) throws -> JSONValue {
    guard let digest = Digest.sha256(ofFile: path) else {
      throw InputError("unreadable-file", "the file cannot be read a second time", path)
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
        "triangles": .integer(prepared.triangleCount),
      ],
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
