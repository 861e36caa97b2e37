/** Schemas to attack: every way there is to say how long something is, and a message with a bit of everything. */
import { join } from 'node:path'
import type { CodecSource } from '../codecs.ts'
import { repositoryRoot } from '../root.ts'
import { sharedVector, vectorsPresent } from '../vectors.ts'

function schema(attributes: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe" package="hostile" ${attributes}>${body}
</sbe:messageSchema>`
}

const HEADER = `
  <composite name="messageHeader">
    <type name="blockLength" primitiveType="uint16"/>
    <type name="templateId" primitiveType="uint16"/>
    <type name="schemaId" primitiveType="uint16"/>
    <type name="version" primitiveType="uint16"/>
  </composite>`

function dimension(name: string, blockLength: string, numInGroup: string, attributes = ''): string {
  return `<composite name="${name}"><type name="blockLength" primitiveType="${blockLength}"/>` +
    `<type name="numInGroup" primitiveType="${numInGroup}" ${attributes}/></composite>`
}

function varData(name: string, length: string, content: string, attributes = ''): string {
  return `<composite name="${name}"><type name="length" primitiveType="${length}" ${attributes}/>` +
    `<type name="varData" length="0" ${content}/></composite>`
}

const LIMIT_32 = 'maxValue="1073741824"'

/** Text in three encodings, short and long, arrays of everything, groups in groups, data, three versions. */
export const VEHICLE_SCHEMA: string = schema('id="41" version="2" semanticVersion="3.1"', `
  <types>${HEADER}
    ${dimension('groupSizeEncoding', 'uint16', 'uint16')}
    ${varData('asciiData', 'uint8', 'primitiveType="char" characterEncoding="US-ASCII"')}
    ${varData('latinData', 'uint16', 'primitiveType="uint8" characterEncoding="ISO-8859-1"')}
    ${varData('textData', 'uint32', 'primitiveType="uint8" characterEncoding="UTF-8"', LIMIT_32)}
    ${varData('rawData', 'uint16', 'primitiveType="uint8"')}
    <type name="Plate" primitiveType="char" length="6" characterEncoding="US-ASCII"/>
    <type name="Maker" primitiveType="char" length="40" characterEncoding="ISO-8859-1"/>
    <type name="Model" primitiveType="char" length="24" characterEncoding="UTF-8"/>
    <type name="Color" primitiveType="char" length="10" characterEncoding="UTF-8"/>
    <type name="Speeds" primitiveType="uint16" length="3"/>
    <type name="Serial" primitiveType="uint8" length="20"/>
    <type name="Position" primitiveType="double" length="2"/>
    <type name="Odometer" primitiveType="uint64" length="2"/>
    <type name="Wheels" primitiveType="uint8" presence="constant">4</type>
    <type name="Fuel" primitiveType="char" presence="constant">Petrol</type>
    <type name="OptionalPrice" primitiveType="int64" presence="optional"/>
    <enum name="Gearbox" encodingType="char">
      <validValue name="MANUAL">M</validValue><validValue name="AUTOMATIC">A</validValue>
    </enum>
    <set name="Extras" encodingType="uint64"><choice name="roof">0</choice><choice name="tow">31</choice>
      <choice name="radio">32</choice><choice name="alarm">63</choice></set>
    <composite name="Engine">
      <type name="capacity" primitiveType="uint16"/><type name="cylinders" primitiveType="uint8"/>
      <type name="cycles" primitiveType="uint8" presence="constant">4</type>
      <type name="code" primitiveType="char" length="3"/>
      <composite name="Turbo">
        <type name="boost" primitiveType="float"/><type name="stages" primitiveType="int8"/>
      </composite>
      <type name="torque" primitiveType="int32" presence="optional" sinceVersion="1"/>
    </composite>
  </types>
  <sbe:message name="Vehicle" id="1">
    <field name="id" id="1" type="uint64"/>
    <field name="plate" id="2" type="Plate"/>
    <field name="maker" id="3" type="Maker"/>
    <field name="model" id="4" type="Model"/>
    <field name="color" id="5" type="Color"/>
    <field name="speeds" id="6" type="Speeds"/>
    <field name="serial" id="7" type="Serial"/>
    <field name="position" id="8" type="Position"/>
    <field name="odometer" id="9" type="Odometer"/>
    <field name="wheels" id="10" type="Wheels"/>
    <field name="fuel" id="11" type="Fuel"/>
    <field name="price" id="12" type="OptionalPrice"/>
    <field name="gearbox" id="13" type="Gearbox"/>
    <field name="extras" id="14" type="Extras"/>
    <field name="engine" id="15" type="Engine"/>
    <field name="owners" id="16" type="uint8" presence="optional" sinceVersion="1"/>
    <field name="spare" id="17" type="Engine" sinceVersion="2"/>
    <group name="trips" id="20">
      <field name="distance" id="1" type="uint32"/>
      <field name="average" id="2" type="float" presence="optional"/>
      <field name="gearbox" id="3" type="Gearbox" sinceVersion="1"/>
      <group name="stops" id="4">
        <field name="minutes" id="1" type="uint16"/><field name="extras" id="2" type="Extras"/>
      </group>
      <data name="note" id="5" type="latinData"/>
    </group>
    <group name="repairs" id="21" sinceVersion="1"><field name="cost" id="1" type="OptionalPrice"/></group>
    <data name="dealer" id="30" type="asciiData"/>
    <data name="town" id="31" type="latinData"/>
    <data name="story" id="32" type="textData"/>
    <data name="photo" id="33" type="rawData" sinceVersion="2"/>
  </sbe:message>`)

/** Lengths, counts and versions of unusual types, groups that take no bytes, a wide header. */
export const ODD_LENGTHS_SCHEMA: string = schema('id="9" version="2" byteOrder="bigEndian" headerType="wide"', `
  <types>
    <composite name="wide">
      <type name="version" primitiveType="float"/>
      <type name="blockLength" primitiveType="uint64"/>
      <type name="schemaId" primitiveType="int8"/>
      <type name="templateId" primitiveType="int64"/>
      <type name="extra" primitiveType="char" length="3"/>
    </composite>
    ${dimension('small', 'uint8', 'uint8')}
    ${dimension('signed', 'uint16', 'int8', 'minValue="0" maxValue="100"')}
    ${dimension('signedWide', 'uint16', 'int64', 'minValue="0" maxValue="100"')}
    ${dimension('wideGroup', 'uint64', 'uint64')}
    ${dimension('many', 'uint16', 'uint32', LIMIT_32)}
    <composite name="padded"><type name="numInGroup" primitiveType="uint8" offset="2"/>
      <type name="blockLength" primitiveType="uint16" offset="5"/></composite>
    ${varData('wideData', 'uint64', 'primitiveType="int8"')}
    ${varData('byteData', 'uint8', 'primitiveType="uint8" characterEncoding="UTF-8"')}
    ${varData('longData', 'uint32', 'primitiveType="char" characterEncoding="ISO-8859-1"', LIMIT_32)}
    <composite name="paddedData"><type name="length" primitiveType="uint16" offset="1"/>
      <type name="varData" primitiveType="uint8" length="0" offset="6"/></composite>
    <type name="Nothing" primitiveType="uint8" presence="constant">7</type>
    <type name="Twelve" primitiveType="int16" length="12"/>
  </types>
  <sbe:message name="Groups" id="1">
    <field name="first" id="1" type="uint16"/>
    <field name="late" id="2" type="uint64" sinceVersion="2"/>
    <group name="smalls" id="10" dimensionType="small"><field name="a" id="1" type="uint8"/></group>
    <group name="signeds" id="11" dimensionType="signed"><field name="a" id="1" type="Twelve"/></group>
    <group name="signedWides" id="12" dimensionType="signedWide"><field name="a" id="1" type="uint32"/></group>
    <group name="wides" id="13" dimensionType="wideGroup"><field name="a" id="1" type="uint16"/></group>
    <group name="manies" id="14" dimensionType="many"><field name="a" id="1" type="uint8" sinceVersion="1"/></group>
    <group name="paddeds" id="16" dimensionType="padded"><field name="a" id="1" type="uint8"/>
      <data name="inner" id="2" type="byteData"/></group>
  </sbe:message>
  <sbe:message name="Empties" id="2">
    <group name="outer" id="10" dimensionType="many">
      <field name="nothing" id="1" type="Nothing"/>
      <group name="inner" id="2" dimensionType="many"><field name="nothing" id="1" type="Nothing"/></group>
    </group>
    <group name="last" id="11" dimensionType="wideGroup"/>
  </sbe:message>
  <sbe:message name="Datas" id="3">
    <data name="wide" id="1" type="wideData"/>
    <data name="short" id="2" type="byteData"/>
    <data name="long" id="3" type="longData" sinceVersion="1"/>
    <data name="padded" id="4" type="paddedData" sinceVersion="2"/>
  </sbe:message>
  <sbe:message name="Deep" id="4">
    <group name="a" id="1" dimensionType="small">
      <group name="b" id="1" dimensionType="signed">
        <field name="x" id="1" type="uint8" sinceVersion="1"/>
        <group name="c" id="2" dimensionType="wideGroup" sinceVersion="1">
          <data name="d" id="1" type="wideData"/>
        </group>
      </group>
    </group>
  </sbe:message>`)

/** The codecs that attacks go to without any other data than the repository's. */
export const OWN_SOURCES: readonly CodecSource[] = [
  { name: 'vehicle', schema: { text: VEHICLE_SCHEMA } },
  { name: 'vehicle-checked', schema: { text: VEHICLE_SCHEMA }, generate: { precedenceChecks: true } },
  { name: 'odd-lengths', schema: { text: ODD_LENGTHS_SCHEMA } },
  ...['aeron-commands', 'aeron-memory', 'aeron-wire', 'market-data'].map((name) => ({
    name,
    schema: join(repositoryRoot, 'schemas', `${name}.xml`),
  })),
]

const VECTORS = [
  'car/example-schema', 'car/example-extension-schema', 'schemas/sbe-tool/example-bigendian-test-schema',
  'schemas/sbe-tool/code-generation-schema', 'schemas/sbe-tool/code-generation-schema-with-version',
  'schemas/sbe-tool/FixBinary', 'schemas/sbe-tool/ilinkbinary', 'schemas/sbe-tool/basic-types-schema',
  'schemas/sbe-tool/group-with-data-schema', 'schemas/sbe-tool/nested-group-schema', 'schemas/sbe-tool/issue567-valid',
  'schemas/sbe-tool/fixed-sized-primitive-array-types', 'schemas/sbe-tool/embedded-length-and-count-schema',
  'schemas/sbe-tool/composite-offsets-schema', 'schemas/sbe-tool/extension-schema', 'schemas/sbe-tool/dto-test-schema',
  'schemas/sbe-tool/group-with-constant-fields', 'schemas/sbe-tool/npe-small-header', 'schemas/sbe-tool/issue435',
  'schemas/sbe-tool/issue827', 'schemas/sbe-tool/basic-schema-constant-header-field',
  'schemas/sbe-tool/since-deprecated-test-schema', 'schemas/aeron/aeron-archive-codecs',
  'schemas/aeron/aeron-cluster-codecs', 'schemas/artio/message-schema',
]

/** The codecs of published schemas; none when they are not beside the repository. */
export const VECTOR_SOURCES: readonly CodecSource[] = !vectorsPresent
  ? []
  : VECTORS.map((path) => ({ name: path.replace(/^.*\//, ''), schema: sharedVector(`sbe/${path}.xml`) }))
