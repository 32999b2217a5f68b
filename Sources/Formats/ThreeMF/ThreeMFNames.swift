/// The element and attribute names of 3MF, and the extensions that are read.
enum ThreeMFName {
  static let model = XMLName.key("model")
  static let resources = XMLName.key("resources")
  static let build = XMLName.key("build")
  static let item = XMLName.key("item")
  static let metadata = XMLName.key("metadata")
  static let object = XMLName.key("object")
  static let mesh = XMLName.key("mesh")
  static let vertices = XMLName.key("vertices")
  static let vertex = XMLName.key("vertex")
  static let triangles = XMLName.key("triangles")
  static let triangle = XMLName.key("triangle")
  static let components = XMLName.key("components")
  static let component = XMLName.key("component")
  static let basematerials = XMLName.key("basematerials")
  static let base = XMLName.key("base")
  static let colorgroup = XMLName.key("colorgroup")
  static let texture2d = XMLName.key("texture2d")
  static let texture2dgroup = XMLName.key("texture2dgroup")
  static let tex2coord = XMLName.key("tex2coord")
  static let compositematerials = XMLName.key("compositematerials")
  static let composite = XMLName.key("composite")
  static let multiproperties = XMLName.key("multiproperties")
  static let multi = XMLName.key("multi")
  static let metallicProperties = XMLName.key("pbmetallicdisplayproperties")
  static let metallic = XMLName.key("pbmetallic")
  static let relationship = XMLName.key("Relationship")

  static let x = XMLName.key("x")
  static let y = XMLName.key("y")
  static let z = XMLName.key("z")
  static let v1 = XMLName.key("v1")
  static let v2 = XMLName.key("v2")
  static let v3 = XMLName.key("v3")
  static let p1 = XMLName.key("p1")
  static let p2 = XMLName.key("p2")
  static let p3 = XMLName.key("p3")
  static let pid = XMLName.key("pid")

  static let core = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
  static let materials = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
  static let production = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"
  static let modelRelationship = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
  static let ticketRelationship = "http://schemas.microsoft.com/3dmanufacturing/2013/01/printticket"
  static let textureRelationship = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dtexture"
  static let thumbnailRelationship =
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"
  static let packageRelationships = "http://schemas.openxmlformats.org/package/2006/relationships"
  static let contentTypes = "http://schemas.openxmlformats.org/package/2006/content-types"

  /// The names that metadata may have without a namespace.
  static let knownMetadata: Set<String> = [
    "Title", "Designer", "Description", "Copyright", "LicenseTerms", "Rating", "CreationDate",
    "ModificationDate", "Application",
  ]

  /// What an extension that is not read is called, by its namespace, for people.
  static let unreadExtensions: [(part: String, name: String)] = [
    ("beamlattice", "beam lattice"), ("slice", "slices"), ("volumetric", "volumetric"),
    ("securecontent", "secure content"), ("boolean", "boolean operations"),
    ("displacement", "displacement"),
  ]
}
