import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import Views
import Work

/// The pictures of the documentation's table of glTF extensions: two balls each, without and with.
/// `benchmark --pictures` writes them.
enum ExtensionPictures {
  private static let folder = "Sources/Rendering/Rendering.docc/Resources"

  static func write() throws {
    for (name, scene) in try scenes() {
      let lens = Intrinsics(width: 400, height: 220, fieldOfView: 0.6)
      let work = WorkContext()
      let prepared = try PreparedScene(scene, work)
      var settings = RenderSettings()
      settings.engine = .software
      settings.samples = .sixteen
      let renderer = try Renderer(prepared, settings: settings, intrinsics: lens, work)
      let direction = SIMD3<Double>(0, 0.35, 1).normalized
      let camera = prepared.fittingCameras([direction], lens, margin: 1.08)[0]
      let picture = try renderer.frame(camera).color.composited(over: [250, 250, 250])
      let path = "\(folder)/extension-\(name).png"
      try StagedFile.write(try ImageFile.encodePNG(picture), to: path)
      print("wrote \(path)")
    }
  }

  private static func scenes() throws -> [(String, Scene)] {
    func plain(_ edit: (inout Material) -> Void) -> Material {
      var material = Material()
      material.metallic = 0
      material.baseColor = [0.75, 0.12, 0.08, 1]
      material.roughness = 0.5
      edit(&material)
      return material
    }
    func pair(
      _ base: (inout Material) -> Void = { _ in }, _ edit: (inout Material) -> Void
    ) throws -> Scene {
      let before = plain(base)
      var after = before
      edit(&after)
      return try balls(before, after)
    }
    var scenes: [(String, Scene)] = []
    scenes.append(("unlit", try pair { $0.isUnlit = true }))
    scenes.append(
      ("emissive-strength", try pair({ $0.emissive = [0.1, 0.05, 0] }) { $0.emissiveStrength = 8 }))
    scenes.append(("ior", try pair({ $0.roughness = 0.15 }) { $0.ior = 2.4 }))
    scenes.append(
      ("specular", try pair({ $0.roughness = 0.15 }) { $0.specularColor = [0.2, 0.6, 8] }))
    scenes.append(("clearcoat", try pair({ $0.roughness = 0.8 }) { $0.clearcoat = 1 }))
    scenes.append(
      (
        "sheen",
        try pair({
          $0.roughness = 1
          $0.baseColor = [0.12, 0.02, 0.05, 1]
        }) {
          var sheen = Sheen()
          sheen.color = [0.9, 0.6, 0.7]
          sheen.roughness = 0.4
          $0.sheen = sheen
        }
      ))
    scenes.append(
      (
        "transmission",
        try pair({
          $0.baseColor = [0.9, 0.95, 1, 1]
          $0.roughness = 0.05
        }) { $0.transmission = 1 }
      ))
    scenes.append(
      (
        "volume",
        try pair({
          $0.baseColor = [1, 1, 1, 1]
          $0.roughness = 0.05
          $0.transmission = 1
        }) {
          var volume = Volume()
          volume.thickness = 1.4
          volume.attenuationDistance = 1
          volume.attenuationColor = [0.2, 0.8, 0.4]
          $0.volume = volume
        }
      ))
    scenes.append(
      (
        "specular-glossiness",
        try pair {
          var glossy = SpecularGlossiness()
          glossy.specular = [0.7, 0.5, 0.2]
          glossy.glossiness = 0.8
          $0.specularGlossiness = glossy
        }
      ))
    scenes.append(("lights", try lamps(plain { $0.roughness = 0.35 })))
    scenes.append(("texture-transform", try stripes()))
    return scenes
  }

  private static var ball: Mesh {
    let bare = Mesh.icosphere(levels: 5)
    let uvs = bare.positions.map { p in
      SIMD2<Float>(atan2(p.x, p.z) / .pi * 2 + 0.5, acos(min(max(p.y, -1), 1)) / .pi * 2)
    }
    return (try? bare.with(attributes: VertexAttributes(normals: bare.positions, uvs: [uvs])))
      ?? bare
  }

  /// Two balls, each on a checkered tile that shows what light does behind and below.
  private static func balls(_ left: Material, _ right: Material) throws -> Scene {
    var scene = Scene()
    var tile = Material()
    tile.metallic = 0
    tile.roughness = 0.9
    tile.baseColorTexture = TextureSlot(texture: 0)
    scene.materials = [left, right, tile]
    let floor = try Mesh(
      positions: [
        [-2.4, -1.02, 1.3], [2.4, -1.02, 1.3], [2.4, -1.02, -1.6], [-2.4, -1.02, -1.6],
      ],
      triangles: [[0, 1, 2], [0, 2, 3]],
      attributes: VertexAttributes(
        normals: Array(repeating: [0, 1, 0], count: 4),
        uvs: [[[0, 0], [8, 0], [8, 5], [0, 5]]]))
    scene.shapes = [
      Scene.Shape(parts: [.init(mesh: ball, material: 0)]),
      Scene.Shape(parts: [.init(mesh: ball, material: 1)]),
      Scene.Shape(parts: [.init(mesh: floor, material: 2)]),
    ]
    scene.nodes = [-1.15, 1.15, 0].enumerated().map { shape, x in
      Scene.Node(parentFromNode: Matrix4(linear: .identity, translation: [x, 0, 0]), shape: shape)
    }
    scene.roots = [0, 1, 2]
    scene.images = [try checker([60, 64, 70, 255], [225, 225, 220, 255])]
    scene.textures = [Texture(image: 0)]
    return scene
  }

  private static func checker(
    _ first: SIMD4<UInt8>, _ second: SIMD4<UInt8>
  ) throws -> ImageSource {
    var image = Image(width: 64, height: 64, filledWith: first)
    for pixel in 0..<64 * 64 where (pixel / 64 / 32 + pixel % 64 / 32) % 2 == 1 {
      for channel in 0..<4 { image.bytes[4 * pixel + channel] = second[channel] }
    }
    return ImageSource(
      name: "checker", mediaType: "image/png", bytes: try ImageFile.encodePNG(image))
  }

  private static func lamps(_ material: Material) throws -> Scene {
    var scene = try balls(material, material)
    var spot = Light(.spot(inner: 0.2, outer: 0.35))
    spot.color = [1, 0.9, 0.6]
    spot.intensity = 40
    scene.lights = [spot]
    scene.roots.append(scene.nodes.count)
    scene.nodes.append(
      Scene.Node(
        parentFromNode: Matrix4(
          linear: Matrix3(columns: [1, 0, 0], [0, 0, -1], [0, 1, 0]), translation: [1.15, 4, 0.2]),
        light: 0))
    return scene
  }

  private static func stripes() throws -> Scene {
    var left = Material()
    left.metallic = 0
    left.baseColorTexture = TextureSlot(texture: 0)
    var right = left
    right.baseColorTexture?.transform.scale = [3, 3]
    right.baseColorTexture?.transform.rotation = 0.6
    return try balls(left, right)
  }
}
