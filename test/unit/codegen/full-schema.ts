/** A schema with everything that the format has. */
export const FULL_SCHEMA: string = `<?xml version="1.0" encoding="UTF-8"?>
<sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe" package="full" id="7" version="3" semanticVersion="1.2"
    description="All there is" byteOrder="bigEndian" headerType="header">
  <types package="full.types">
    <composite name="header">
      <type name="version" primitiveType="uint16"/>
      <type name="blockLength" primitiveType="uint16"/>
      <type name="schemaId" primitiveType="uint16"/>
      <type name="templateId" primitiveType="uint16"/>
    </composite>
    <composite name="groupSizeEncoding">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint8" offset="7" maxValue="100"/>
    </composite>
    <composite name="text">
      <type name="length" primitiveType="uint32" maxValue="1000"/>
      <type name="varData" primitiveType="uint8" length="0" characterEncoding=" UTF-8 "/>
    </composite>
  </types>
  <types>
    <type name="Percent" primitiveType="int8" minValue="0" maxValue="100" description="0 to 100"/>
    <type name="Optional" primitiveType="uint64" presence="optional" nullValue="0" semanticType="Qty"/>
    <type name="Code" primitiveType="char" length="6" characterEncoding="ASCII"/>
    <type name="Label" primitiveType="char" presence="constant" length="5">abc</type>
    <type name="Letter" primitiveType="char" presence="constant">x</type>
    <type name="Nine" primitiveType="int8" presence="constant">-9</type>
    <type name="Big" primitiveType="uint64" presence="constant" valueRef="Wide.Most"/>
    <type name="wide" primitiveType="uint64"/>
    <enum name="Wide" encodingType="wide"><validValue name="Most">18446744073709551614</validValue></enum>
    <enum name="Side" encodingType="char" description="Buy or sell">
      <validValue name="Buy" description="To have">B</validValue>
      <validValue name="Sell" sinceVersion="1" deprecated="3">S</validValue>
    </enum>
    <enum name="State" encodingType="uint8" nullValue="9"><validValue name="On">1</validValue></enum>
    <set name="Flags" encodingType="uint16">
      <choice name="First">0</choice>
      <choice name="Last" sinceVersion="2">15</choice>
    </set>
    <composite name="Inner" sinceVersion="1">
      <type name="a" primitiveType="int16" sinceVersion="2"/>
      <type name="scale" primitiveType="int8" presence="constant">-3</type>
    </composite>
    <composite name="Outer" description="Holds others">
      <ref name="inner" type="Inner" offset="4" sinceVersion="2"/>
      <enum name="Kind" encodingType="uint8"><validValue name="Odd">1</validValue></enum>
      <set name="Bits" encodingType="uint8"><choice name="Zero">0</choice></set>
      <composite name="Deep"><type name="x" primitiveType="float"/></composite>
      <ref name="flags" type="Flags" offset="16"/>
    </composite>
  </types>
  <sbe:message name="Order" id="11" description="An order" blockLength="80" semanticType="D">
    <field name="percent" id="1" type="Percent"/>
    <field name="optional" id="2" type="Optional" offset="8"/>
    <field name="code" id="3" type="Code" semanticType="String"/>
    <field name="label" id="4" type="Label"/>
    <field name="letter" id="5" type="Letter"/>
    <field name="nine" id="6" type="Nine"/>
    <field name="big" id="7" type="Big"/>
    <field name="side" id="8" type="Side"/>
    <field name="fixedSide" id="9" type="Side" presence="constant" valueRef="Side.Sell"/>
    <field name="fixedNumber" id="10" type="uint8" presence="constant" valueRef="State.On"/>
    <field name="flags" id="11" type="Flags"/>
    <field name="time" id="12" type="uint64" epoch="unix" timeUnit="nanosecond" presence="optional"/>
    <field name="outer" id="13" type="Outer" sinceVersion="1"/>
    <group name="legs" id="20" dimensionType="groupSizeEncoding" blockLength="12">
      <field name="quantity" id="21" type="int32"/>
      <field name="state" id="22" type="State"/>
      <group name="parts" id="23">
        <field name="weight" id="24" type="double" sinceVersion="3"/>
      </group>
      <data name="note" id="25" type="text"/>
    </group>
    <data name="remark" id="30" type="text" sinceVersion="2" semanticType="String"/>
  </sbe:message>
  <sbe:message name="Cancel" id="12" sinceVersion="2" deprecated="3"/>
</sbe:messageSchema>
`
