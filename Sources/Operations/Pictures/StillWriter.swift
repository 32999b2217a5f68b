import Imaging
import LinearMath
import Settings
import Views
import Work

/// Writes views as they come: a picture and its numbers each.
struct StillWriter {
  let target: StillTarget
  let backdrop: Backdrop
  let options: RenderStillsSettings
  let scale: StillScale

  /// What was written of one view.
  struct Shot {
    let outputs: [Artifact]
    let json: JSONValue
  }

  func write(_ frame: Frame, _ angle: ViewAngle) throws -> Shot {
    let isOnly = options.views.count == 1
    let path = target.path(view: angle.name, isOnly: isOnly)
    var outputs = [Artifact(path: path, mediaType: target.format.mediaType)]
    if target.format == .exr {
      try StagedFile.write(try encodedEXR(frame), to: path)
    } else {
      var files = [(path: path, bytes: try encoded(backdrop.behind(frame.color)))]
      for numbers in options.aov {
        let path = target.path(view: angle.name, isOnly: isOnly, layer: numbers.rawValue)
        files.append((path, try ImageFile.encodePNG(scale.picture(numbers, frame))))
        outputs.append(Artifact(path: path, mediaType: "image/png"))
      }
      try StagedFile.write(files)
    }
    return Shot(outputs: outputs, json: json(frame.camera, angle, outputs))
  }

  private func encoded(_ picture: Image) throws -> [UInt8] {
    switch target.format {
    case .png, .exr: try ImageFile.encodePNG(picture)
    case .jpg: try ImageFile.encodeJPEG(picture, quality: options.quality)
    case .webp:
      try ImageFile.encodeWebP(picture, quality: options.quality == 100 ? nil : options.quality)
    }
  }

  private func encodedEXR(_ frame: Frame) throws -> [UInt8] {
    let light = backdrop.behind(light: frame.layers[.light]!)
    let layers =
      [EXRFile.Layer(channels: ["R", "G", "B", "A"], numbers: light, isHalf: true)]
      + options.aov.map { kind in
        EXRFile.Layer(channels: kind.channels, numbers: scale.numbers(kind, frame))
      }
    return try EXRFile.encode(
      layers, width: frame.color.width, height: frame.color.height,
      notes: [
        ("software", "Maquette \(maquetteVersion)"),
        (
          "comments",
          "Linear sRGB light, premultiplied alpha. Z: distance along the optical axis, P: place, both in "
            + "the model's units, turned so that +y is up; N: unit normal; all at pixel centres, 0: none."
        ),
      ])
  }

  /// Where the camera stood, in the model's units.
  private func json(_ camera: Camera, _ angle: ViewAngle, _ outputs: [Artifact]) -> JSONValue {
    let turn = camera.worldFromCamera.linear
    let pose = Matrix4(linear: turn, translation: (camera.eye - scale.offset) / scale.modelScale)
    return [
      "name": .string(angle.name), "azimuthDegrees": .number(angle.azimuth),
      "elevationDegrees": .number(angle.elevation ?? options.elevationDegrees),
      "cameraToWorld": .array(pose.rows.map { .array($0.map { .number($0) }) }),
      "files": .array(outputs.map { .string($0.path) }),
    ]
  }
}
