import Imaging
import Scenes
import Work

extension ImageSource {
  /// The picture as PNG or JPEG, which every reader takes; nil where it cannot be had.
  var plain: ImageSource? {
    guard problem == nil else { return nil }
    let format = ImageFile.format(of: bytes)
    if format == .png || format == .jpeg { return self }
    guard let decoded = try? decoded().image, let png = try? ImageFile.encodePNG(decoded) else {
      return nil
    }
    return ImageSource(name: name, mediaType: ImageFile.Format.png.mediaType, bytes: png)
  }
}

extension Scene {
  /// The scene with every picture as PNG or JPEG.
  func inPlainPictures(_ log: LogSink) -> Scene {
    var scene = self
    for (index, source) in images.enumerated() where source.problem == nil {
      if let plain = source.plain {
        scene.images[index] = plain
      } else {
        log.warn("picture \(index) cannot be decoded and is left behind")
        scene.images[index].problem = "cannot be decoded"
      }
    }
    return scene
  }
}
