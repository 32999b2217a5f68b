import Settings

/// Checks every reference of a document, used or not, so that a broken file is refused the same way
/// whatever part of it is shown.
enum GLTFReferences {
  /// What is allowed to pass comes back as warnings.
  static func check(_ document: GLTFDocument) throws(FormatError) -> [String] {
    try checkNamesAndExtensions(document)
    for (collection, key, target) in single {
      for element in document[collection] {
        _ = try element.index(key, into: target, size: document.size(target))
      }
    }
    for (collection, key, target) in lists {
      for element in document[collection] {
        _ = try element.indices(key, into: target, size: document.size(target))
      }
    }
    _ = try document.root.index("scene", into: "scenes", size: document.size("scenes"))
    for mesh in document["meshes"] { try checkPrimitives(mesh, document) }
    for material in document["materials"] { try checkMaterial(material, document) }
    for animation in document["animations"] { try checkAnimation(animation, document) }
    for node in document["nodes"] { try checkLight(node, document) }
    for skin in document["skins"] where try skin.list("joints").isEmpty {
      throw FormatError("missing-property", "\"joints\" is missing", at: skin.path)
    }
    for camera in document["cameras"] where try camera.string("type") == nil {
      throw FormatError("missing-property", "\"type\" is missing", at: camera.path)
    }
    return try GLTFHierarchy.check(document) + oddities(document)
  }

  /// What the format does not allow but nothing depends on.
  private static func oddities(_ document: GLTFDocument) throws(FormatError) -> [String] {
    var found: [String] = []
    for (collection, key, _) in lists {
      for element in document[collection] where element[key]?.value.array?.isEmpty == true {
        found.append("\(element.path).\(key) is empty")
      }
    }
    for view in document["bufferViews"] where (try view.count("byteStride") ?? 0) % 4 != 0 {
      found.append("\(view.path).byteStride is no multiple of 4")
    }
    for node in document["nodes"] where node["mesh"] == nil {
      for key in ["skin", "weights"] where node[key] != nil {
        found.append("\(node.path) has \(key) but no mesh")
      }
    }
    for camera in document["cameras"] {
      for kind in ["perspective", "orthographic"] {
        guard let lens = try camera.object(kind), let near = try lens.float("znear"),
          let far = try lens.float("zfar"), far <= near
        else { continue }
        found.append("\(lens.path).zfar is not beyond znear")
      }
    }
    if Set(document.extensionsUsed).count < document.extensionsUsed.count {
      found.append("extensionsUsed names an extension twice")
    }
    for image in document["images"] {
      if let type = try image.string("mimeType"),
        !["image/png", "image/jpeg", "image/webp"].contains(type)
      {
        found.append("\(image.path).mimeType: \(type) is not read here")
      }
    }
    return found
  }

  /// Names are strings and extensions objects, known or not.
  private static func checkNamesAndExtensions(_ document: GLTFDocument) throws(FormatError) {
    for owner in [document.root] + document.elements {
      _ = try owner.string("name")
      guard let extensions = try owner.object("extensions") else { continue }
      for (_, found) in extensions.members where found.value.object == nil {
        throw found.mismatch("an object")
      }
    }
  }

  private static let single = [
    ("accessors", "bufferView", "bufferViews"), ("bufferViews", "buffer", "buffers"),
    ("images", "bufferView", "bufferViews"), ("nodes", "camera", "cameras"),
    ("nodes", "mesh", "meshes"), ("nodes", "skin", "skins"),
    ("skins", "inverseBindMatrices", "accessors"), ("skins", "skeleton", "nodes"),
    ("textures", "sampler", "samplers"), ("textures", "source", "images"),
  ]

  private static let lists = [
    ("nodes", "children", "nodes"), ("scenes", "nodes", "nodes"), ("skins", "joints", "nodes"),
  ]

  private static func checkPrimitives(
    _ mesh: GLTFElement, _ document: GLTFDocument
  ) throws(FormatError) {
    let accessors = document.size("accessors")
    for primitive in try mesh.list("primitives") {
      _ = try primitive.index("indices", into: "accessors", size: accessors)
      _ = try primitive.index("material", into: "materials", size: document.size("materials"))
      var streams = try primitive.list("targets")
      if let attributes = try primitive.object("attributes") { streams.append(attributes) }
      for stream in streams {
        for (_, found) in stream.members {
          _ = try found.asIndex(into: "accessors", size: accessors)
        }
      }
    }
  }

  private static func checkMaterial(
    _ material: GLTFElement, _ document: GLTFDocument
  ) throws(FormatError) {
    let metallic = try material.object("pbrMetallicRoughness")
    let slots: [(GLTFElement?, String)] = [
      (metallic, "baseColorTexture"), (metallic, "metallicRoughnessTexture"),
      (material, "normalTexture"), (material, "occlusionTexture"), (material, "emissiveTexture"),
    ]
    for (owner, key) in slots {
      _ = try owner?.object(key)?.index("index", into: "textures", size: document.size("textures"))
    }
  }

  private static func checkAnimation(
    _ animation: GLTFElement, _ document: GLTFDocument
  ) throws(FormatError) {
    let samplers = try animation.list("samplers")
    for sampler in samplers {
      for key in ["input", "output"] {
        _ = try sampler.index(key, into: "accessors", size: document.size("accessors"))
      }
    }
    for channel in try animation.list("channels") {
      _ = try channel.index("sampler", into: "samplers", size: samplers.count)
      _ = try channel.object("target")?.index("node", into: "nodes", size: document.size("nodes"))
    }
  }

  private static func checkLight(
    _ node: GLTFElement, _ document: GLTFDocument
  ) throws(FormatError) {
    let name = "KHR_lights_punctual"
    guard let use = node["extensions"]?[name] else { return }
    let lights = try document.root["extensions"]?[name]?.list("lights") ?? []
    _ = try use.index("light", into: "lights", size: lights.count)
  }
}
